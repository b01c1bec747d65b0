import { createHash } from "node:crypto";
import type { StoreProps } from "../../core/store-props";
import { keyText } from "./key-text";
import { fromFirstStar } from "./store-of";

/** Characters of the digest that stands for what is not shown. */
const DIGEST = 12;

/** Bytes of a key that are shown of what its star stands for. */
const START = 4;

/** SHA-256, the first 12 hexadecimal digits. */
export const digestOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex").slice(0, DIGEST);

/**
 * A key for one line. That of a rate limit may hold the API key itself, which lets its reader in: what the star stands for, and
 * all after it, is its first 4 bytes and a digest, unless it is revealed or no longer than that.
 */
export function shownKey({ kind, keys }: StoreProps, key: Buffer, isRevealed: boolean): string {
  const rest = kind === "rate-limits" && !isRevealed ? fromFirstStar(keys, key) : undefined;
  return rest === undefined || rest.length <= START
    ? keyText(key)
    : `${keyText(key.subarray(0, key.length - rest.length + START))}…${digestOf(rest)}`;
}

/** Whether a text is what `shownKey` made of a key, which cannot be found by it. */
export const isCutKey = (text: string) => /…[0-9a-f]{12}$/.test(text);
