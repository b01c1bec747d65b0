import type { StoreProps } from "../../core/store-props";
import { storeOf } from "../keys/store-of";

const SEPARATOR = /([:/|])/;

/** What a person named: letters, with marks between them. A token or an id has digits, or is longer. */
const WORD = /^[a-z]+(?:[._-][a-z]+)*$/i;
const LONGEST_WORD = 24;

/** Of a key, for its shape: the last part is not shown, and a name of 512 MB has no more words than this. */
const LONGEST_READ = 1024;

/**
 * A key without the part that tells whose it is: the pattern of the store that it belongs to, else the words it begins with,
 * such as `user:*`. Nothing of a key's last part is shown, unless it has no other and is a word.
 */
export function keyShape(key: Buffer | string, stores: readonly StoreProps[]): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key);
  const store = storeOf(stores, bytes);
  if (store !== undefined) {
    return store.keys;
  }
  const parts = bytes.subarray(0, LONGEST_READ).toString("utf8").split(SEPARATOR);
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
