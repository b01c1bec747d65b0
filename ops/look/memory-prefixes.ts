import { isUtf8 } from "node:buffer";
import type { StoreKind, StoreProps } from "../../core/redis-stack-props";
import { matchesKey } from "../backup/match-key";

/** What keys of one shape have in common: a pattern of `stores`, or what they begin with. */
export interface Prefix {
  /** E.g. `session:*`; `(no prefix)`: names without a colon; `(other)`: those beyond the first 1,000 shapes. */
  readonly prefix: string;
  /** Left out: no store of config/services has such keys. */
  readonly store?: { readonly kind: StoreKind; readonly ttlSeconds?: number };
}

const COLON = 0x3a;
const MAX_SHAPES = 1000;
const NO_PREFIX: Prefix = { prefix: "(no prefix)" };
const OTHER: Prefix = { prefix: "(other)" };

/** Longest part of a name that is taken for a word, and not for somebody's id. */
const MAX_WORD = 24;

/**
 * Tells which prefix a key belongs to: the first pattern of `stores` that it matches, else up to two parts of its name before
 * its last colon that are words. A part with two digits or more, with other characters than letters, digits, `-`, `_` and `.`,
 * or with more than 24, is an id, and ends the prefix. Memory is bounded by 1,000 shapes.
 */
export class Prefixes {
  private readonly stores: readonly { readonly pattern: string; readonly prefix: Prefix }[];
  private readonly shapes = new Map<string, Prefix>();

  constructor(stores: readonly StoreProps[]) {
    this.stores = stores
      .filter(({ kind }) => kind !== "pub-sub")
      .map(({ kind, keys, ttl }) => ({
        pattern: keys,
        prefix: {
          prefix: keys,
          store: { kind, ...(ttl === undefined ? {} : { ttlSeconds: ttl.toSeconds() }) },
        },
      }));
  }

  /** Of many keys at once, pattern by pattern, since a pattern is read anew for each change of it. */
  of(keys: readonly Buffer[]): readonly Prefix[] {
    const found: (Prefix | undefined)[] = keys.map(() => undefined);
    for (const { pattern, prefix } of this.stores) {
      keys.forEach((key, at) => {
        if (found[at] === undefined && matchesKey(pattern, key)) {
          found[at] = prefix;
        }
      });
    }
    return keys.map((key, at) => found[at] ?? this.shapeOf(key));
  }

  private shapeOf(key: Buffer): Prefix {
    const text = shape(key);
    if (text === undefined) {
      return NO_PREFIX;
    }
    const known = this.shapes.get(text);
    if (known !== undefined || this.shapes.size >= MAX_SHAPES) {
      return known ?? OTHER;
    }
    const prefix = { prefix: text };
    this.shapes.set(text, prefix);
    return prefix;
  }
}

function shape(key: Buffer): string | undefined {
  const words: string[] = [];
  let begin = 0;
  while (words.length < 2) {
    const end = key.indexOf(COLON, begin);
    const word =
      end < 0 ? undefined : key.subarray(begin, Math.min(end, begin + MAX_WORD + 1)).toString("latin1");
    if (word === undefined || !isWord(word)) {
      break;
    }
    words.push(word);
    begin = end + 1;
  }
  return words.length === 0 ? undefined : `${words.join(":")}:*`;
}

const isWord = (part: string) =>
  part.length <= MAX_WORD && /^[A-Za-z0-9._-]+$/.test(part) && !/\d.*\d/.test(part);

/** A key for people: as it is where it is UTF-8, else with its other bytes as `\xNN`. */
export function keyText(key: Buffer): string {
  return isUtf8(key)
    ? key.toString("utf8")
    : key
        .toString("latin1")
        .replace(/[^\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
