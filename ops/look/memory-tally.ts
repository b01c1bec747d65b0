import type { StoreProps } from "../../core/store-props";
import { keyText } from "../keys/key-text";
import { type Prefix, Prefixes } from "./memory-prefixes";

/** A key as it was seen. */
export interface MeasuredKey {
  readonly key: Buffer;
  /** As MEMORY USAGE counts: name, value and entry; of what has many parts, from 5 of them. */
  readonly bytes: number;
  readonly type: string;
  /** Undefined: it has none. */
  readonly ttlMs: number | undefined;
}

/** A number of all keys, with half the width of its interval of 95 %; 0: everything was looked at. */
export interface Estimate {
  readonly value: number;
  readonly error: number;
}

export interface Share {
  readonly keys: Estimate;
  readonly bytes: Estimate;
}

export interface PrefixShare extends Share, Prefix {
  /** Those that have no TTL. */
  readonly withoutTtl: Estimate;
}

/** What the keys of a database take. */
export interface KeysReport {
  /** Keys in the database, as DBSIZE said. */
  readonly keys: number;
  /** Keys that were measured; less than `keys`: a sample. */
  readonly looked: number;
  readonly exact: boolean;
  readonly bytes: Estimate;
  /** Most bytes first, as below. */
  readonly prefixes: readonly PrefixShare[];
  readonly types: readonly (Share & { readonly type: string })[];
  /** From the shortest to none. */
  readonly ttl: readonly (Share & { readonly ttl: string })[];
  /** The biggest that were seen. */
  readonly biggest: readonly {
    readonly key: string;
    readonly bytes: number;
    readonly type: string;
    readonly ttlMs?: number;
  }[];
}

const MINUTE = 60_000;

const TTL_CLASSES = [
  { ttl: "< 1 min", below: MINUTE },
  { ttl: "< 10 min", below: 10 * MINUTE },
  { ttl: "< 1 h", below: 60 * MINUTE },
  { ttl: "< 1 d", below: 1440 * MINUTE },
  { ttl: "longer", below: Number.POSITIVE_INFINITY },
] as const;

const NO_TTL = "none";

/** Rows of the list of the biggest. */
const BIGGEST = 10;

/** Of the normal distribution, for 95 %. */
const DEVIATIONS = 1.96;

/** Counts keys as they come, in memory that does not grow with their number. */
export class MemoryTally {
  private readonly all = new Sum();
  private readonly prefixes: Prefixes;
  private readonly byPrefix = new Map<Prefix, { sum: Sum; withoutTtl: Sum }>();
  private readonly byType = new Map<string, Sum>();
  private readonly byTtl = new Map<string, Sum>();
  private readonly biggest = new Map<string, MeasuredKey>();

  constructor(stores: readonly StoreProps[]) {
    this.prefixes = new Prefixes(stores);
  }

  get looked(): number {
    return this.all.count;
  }

  add(keys: readonly MeasuredKey[]): void {
    const prefixes = this.prefixes.of(keys.map(({ key }) => key));
    keys.forEach((measured, at) => {
      const { bytes, type, ttlMs } = measured;
      const prefix = prefixes[at] as Prefix;
      const sums = entry(this.byPrefix, prefix, () => ({ sum: new Sum(), withoutTtl: new Sum() }));
      const ttl = ttlMs === undefined ? NO_TTL : TTL_CLASSES.find(({ below }) => ttlMs < below)?.ttl;
      const withoutTtl = ttlMs === undefined ? [sums.withoutTtl] : [];
      const newSum = () => new Sum();
      for (const sum of [
        this.all,
        sums.sum,
        ...withoutTtl,
        entry(this.byType, type, newSum),
        entry(this.byTtl, ttl ?? NO_TTL, newSum),
      ]) {
        sum.add(bytes);
      }
      this.noteBig(measured);
    });
  }

  /** @param keys in the database; `exact`: all of them were added once */
  report(keys: number, exact: boolean): KeysReport {
    const { count } = this.all;
    const share = (sum: Sum): Share => (exact ? sum.exact() : sum.estimate(keys, count));
    const shares = <K, T extends object>(sums: ReadonlyMap<K, Sum>, name: (key: K) => T) =>
      [...sums].map(([key, sum]) => ({ ...name(key), ...share(sum) })).sort(byBytes);
    return {
      keys,
      looked: count,
      exact,
      bytes: share(this.all).bytes,
      prefixes: [...this.byPrefix]
        .map(([prefix, { sum, withoutTtl }]) => ({
          ...prefix,
          ...share(sum),
          withoutTtl: share(withoutTtl).keys,
        }))
        .sort(byBytes),
      types: shares(this.byType, (type) => ({ type })),
      ttl: [...TTL_CLASSES.map(({ ttl }) => ttl), NO_TTL].map((ttl) => ({
        ttl,
        ...share(this.byTtl.get(ttl) ?? new Sum()),
      })),
      biggest: [...this.biggest.values()]
        .sort((one, other) => other.bytes - one.bytes)
        .map(({ key, bytes, type, ttlMs }) => ({
          key: keyText(key),
          bytes,
          type,
          ...(ttlMs === undefined ? {} : { ttlMs }),
        })),
    };
  }

  /** A sample can have a key twice. */
  private noteBig(measured: MeasuredKey): void {
    if (this.biggest.size >= BIGGEST && measured.bytes <= this.smallestOfBiggest) {
      return;
    }
    this.biggest.set(measured.key.toString("latin1"), measured);
    if (this.biggest.size > BIGGEST) {
      const [smallest] = [...this.biggest].sort(([, one], [, other]) => one.bytes - other.bytes)[0] ?? [];
      this.biggest.delete(smallest ?? "");
    }
    this.smallestOfBiggest = Math.min(...[...this.biggest.values()].map(({ bytes }) => bytes));
  }

  private smallestOfBiggest = 0;
}

const byBytes = (one: Share, other: Share) =>
  other.bytes.value - one.bytes.value || other.keys.value - one.keys.value;

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

class Sum {
  count = 0;
  private bytes = 0;
  private squares = 0;

  add(bytes: number): void {
    this.count += 1;
    this.bytes += bytes;
    this.squares += bytes * bytes;
  }

  exact(): Share {
    return { keys: { value: this.count, error: 0 }, bytes: { value: this.bytes, error: 0 } };
  }

  /**
   * For `all` keys, of which `looked` were drawn with replacement. A kind of which there are few, or a few huge keys, can be
   * missed: the interval knows only of what was drawn.
   */
  estimate(all: number, looked: number): Share {
    const of = (sum: number, squares: number): Estimate => {
      const mean = looked === 0 ? 0 : sum / looked;
      const variance = looked === 0 ? 0 : Math.max(0, squares / looked - mean * mean);
      return {
        value: Math.round(all * mean),
        error: looked === 0 ? 0 : Math.ceil(DEVIATIONS * all * Math.sqrt(variance / looked)),
      };
    };
    return { keys: of(this.count, this.count), bytes: of(this.bytes, this.squares) };
  }
}
