import { keysOf } from "../../config/workload";
import type { StoreProps } from "../../core/store-props";
import { matchesKey } from "./match-key";

/** The characters of a pattern before its first star. `?` and `[…]` are one byte, `\` is none. */
const BEFORE_STAR = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|[^*\\[])*/su;
const ONE_BYTE = /\\(.)|\[(?:\\.|[^\]\\])*\]|(.)/gsu;

const ordered = new WeakMap<readonly StoreProps[], readonly StoreProps[]>();

/**
 * The stores that have keys, in the order in which they are asked whether a key is theirs: what says most before its first
 * star comes first, and of two that say as much, the one that is declared first.
 */
export function byPrecision(stores: readonly StoreProps[]): readonly StoreProps[] {
  const known = ordered.get(stores);
  if (known !== undefined) {
    return known;
  }
  const sorted = keysOf(stores)
    .map((store) => ({ store, bytes: bytesBeforeStar(store.keys) }))
    .sort((one, other) => other.bytes - one.bytes)
    .map(({ store }) => store);
  ordered.set(stores, sorted);
  return sorted;
}

/**
 * The store that a key belongs to: of those whose pattern it matches the one that says most before its first star, so that
 * `session:lock:1` is a lock where `session:*` are sessions and `session:lock:*` are locks.
 */
export function storeOf(stores: readonly StoreProps[], key: Buffer): StoreProps | undefined {
  return byPrecision(stores).find(({ keys }) => matchesKey(keys, key));
}

/** Whether a key that matches `store` belongs to it. Asks for millions of keys what `storeOf` asks for one. */
export function ownedBy(stores: readonly StoreProps[], store: StoreProps): (key: Buffer) => boolean {
  const own = literal(store.keys);
  const order = byPrecision(stores);
  const rivals = order.slice(0, order.indexOf(store)).filter((rival) => {
    const other = literal(rival.keys);
    return own.startsWith(other) || other.startsWith(own);
  });
  return (key) => !rivals.some(({ keys }) => matchesKey(keys, key));
}

/** What every key of a pattern begins with. */
export const literal = (pattern: string) => /^[^*?[\\]*/.exec(pattern)?.[0] ?? "";

/** What the first star of `pattern` stands for in a key that matches it: as little as can be. Undefined: it has no star. */
export function firstStar(pattern: string, key: Buffer): Buffer | undefined {
  const before = beforeStar(pattern);
  if (before.length === pattern.length) {
    return undefined;
  }
  const start = bytesBeforeStar(pattern);
  const rest = pattern.slice(before.length).replace(/^\*+/, "");
  if (rest === "") {
    return key.subarray(start);
  }
  for (let end = start; end <= key.length; end += 1) {
    if (matchesKey(rest, key.subarray(end))) {
      return key.subarray(start, end);
    }
  }
  return undefined;
}

/** What a key has from the first star of a pattern that it matches on. Undefined: the pattern has no star. */
export const fromFirstStar = (pattern: string, key: Buffer) =>
  beforeStar(pattern).length === pattern.length ? undefined : key.subarray(bytesBeforeStar(pattern));

const beforeStar = (pattern: string) => BEFORE_STAR.exec(pattern)?.[0] ?? "";

function bytesBeforeStar(pattern: string): number {
  let bytes = 0;
  for (const [, escaped, plain] of beforeStar(pattern).matchAll(ONE_BYTE)) {
    bytes += Buffer.byteLength(escaped ?? plain ?? "?");
  }
  return bytes;
}
