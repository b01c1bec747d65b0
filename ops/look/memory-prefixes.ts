import type { Duration } from "../../core/duration";
import type { StoreKind, StoreProps } from "../../core/store-props";
import { matchesKey } from "../keys/match-key";
import { byPrecision } from "../keys/store-of";
import { keyShape } from "./key-shape";

/** What keys of one shape have in common: a pattern of `stores`, or `keyShape`. */
export interface Prefix {
  /** E.g. `session:*`; `*`: names that are no words; `(other)`: those beyond the first 1,000 shapes. */
  readonly prefix: string;
  /** Left out: no store of config/services has such keys. */
  readonly store?: { readonly kind: StoreKind; readonly ttl?: Duration };
}

const MAX_SHAPES = 1000;
const OTHER: Prefix = { prefix: "(other)" };

/** Tells which prefix a key belongs to: the store that it is of, else its shape. Memory is bounded by 1,000 shapes. */
export class Prefixes {
  private readonly stores: readonly { readonly pattern: string; readonly prefix: Prefix }[];
  private readonly shapes = new Map<string, Prefix>();

  constructor(stores: readonly StoreProps[]) {
    this.stores = byPrecision(stores).map(({ kind, keys, ttl }) => ({
      pattern: keys,
      prefix: { prefix: keys, store: { kind, ...(ttl === undefined ? {} : { ttl }) } },
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
    const text = keyShape(key, []);
    const known = this.shapes.get(text);
    if (known !== undefined || this.shapes.size >= MAX_SHAPES) {
      return known ?? OTHER;
    }
    const prefix = { prefix: text };
    this.shapes.set(text, prefix);
    return prefix;
  }
}
