import { keysOf } from "../../config/workload";
import type { StoreProps } from "../../core/redis-stack-props";
import { matchesKey } from "../backup/match-key";

/** The characters of a pattern before its first star. `?` and `[…]` are one byte, `\` is none. */
const BEFORE_STAR = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|[^*\\[])*/su;
const ONE_BYTE = /\\(.)|\[(?:\\.|[^\]\\])*\]|(.)/gsu;

/**
 * The store that a key belongs to: of those whose pattern it matches the one that says most before its first star, so that
 * `session:lock:1` is a lock where `session:*` are sessions and `session:lock:*` are locks.
 */
export function storeOf(stores: readonly StoreProps[], key: Buffer): StoreProps | undefined {
  return keysOf(stores)
    .filter(({ keys }) => matchesKey(keys, key))
    .reduce<StoreProps | undefined>(
      (best, store) => (best === undefined || saysMore(store, best) ? store : best),
      undefined,
    );
}

/** Whether a key that matches `store` belongs to it. Asks for millions of keys what `storeOf` asks for one. */
export function ownedBy(stores: readonly StoreProps[], store: StoreProps): (key: Buffer) => boolean {
  const own = literal(store.keys);
  const rivals = keysOf(stores).filter((rival) => {
    const other = literal(rival.keys);
    const canShare = own.startsWith(other) || other.startsWith(own);
    const isEarlier = stores.indexOf(rival) < stores.indexOf(store) && !saysMore(store, rival);
    return rival !== store && canShare && (saysMore(rival, store) || isEarlier);
  });
  return (key) => !rivals.some(({ keys }) => matchesKey(keys, key));
}

const saysMore = (one: StoreProps, other: StoreProps) =>
  bytesBeforeStar(one.keys) > bytesBeforeStar(other.keys);

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

const beforeStar = (pattern: string) => BEFORE_STAR.exec(pattern)?.[0] ?? "";

function bytesBeforeStar(pattern: string): number {
  let bytes = 0;
  for (const [, escaped, plain] of beforeStar(pattern).matchAll(ONE_BYTE)) {
    bytes += Buffer.byteLength(escaped ?? plain ?? "?");
  }
  return bytes;
}
