import type { StoreProps } from "../../core/redis-stack-props";
import { matchesKey } from "../backup/match-key";

const SEPARATOR = /([:/|])/;

/** What a person named: letters, with marks between them. A token or an id has digits, or is longer. */
const WORD = /^[a-z]+(?:[._-][a-z]+)*$/i;
const LONGEST_WORD = 24;

/**
 * A key without the part that tells whose it is: the pattern of the store that it belongs to, else the words it begins with,
 * such as `user:*`. Nothing of a key's last part is shown, unless it has no other and is a word.
 */
export function keyShape(key: Buffer | string, stores: readonly Pick<StoreProps, "keys" | "kind">[]): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key);
  const store = stores.find(({ kind, keys }) => kind !== "pub-sub" && matchesKey(keys, bytes));
  if (store !== undefined) {
    return store.keys;
  }
  const parts = bytes.toString("utf8").split(SEPARATOR);
  if (parts.length === 1) {
    return isWord(parts[0]) ? `${parts[0]}` : "*";
  }
  return parts
    .map((part, index) => (SEPARATOR.test(part) || (index < parts.length - 1 && isWord(part)) ? part : "*"))
    .join("");
}

function isWord(part = ""): boolean {
  return part.length <= LONGEST_WORD && WORD.test(part);
}
