import { Duration } from "../../core/duration";
import type { StoreProps } from "../../core/store-props";
import type { KeySource } from "../../ops/look/memory-keys";
import type { MeasuredKey } from "../../ops/look/memory-tally";

/** Keys with their sizes, and a database of them, without a server. */

export const STORES: readonly StoreProps[] = [
  {
    kind: "sessions",
    keys: "session:*",
    ttl: Duration.parse("2 h"),
    lossAcceptable: false,
  },
  { kind: "queue", keys: "rq:queue:*", lossAcceptable: false },
  { kind: "pub-sub", keys: "news:to*", lossAcceptable: true },
];

export const quiet = { out: fail, err: fail };

function fail(text: string): never {
  throw new Error(text);
}

export const measured = (key: string, bytes: number, ttlMs?: number, type = "string"): MeasuredKey => ({
  key: Buffer.from(key),
  bytes,
  type,
  ttlMs,
});

/** A database of these keys. Draws them in turn, three at a time at most by SCAN. */
export function fakeSource(keys: readonly MeasuredKey[]): KeySource & { readonly calls: string[] } {
  const calls: string[] = [];
  let drawn = 0;
  return {
    calls,
    size: async () => keys.length,
    scan: async (cursor) => {
      calls.push("scan");
      const at = Number(cursor);
      const end = at + 3 >= keys.length;
      return {
        cursor: end ? "0" : `${at + 3}`,
        keys: keys.slice(at, at + 3).map(({ key }) => key),
      };
    },
    draw: async (count) => {
      calls.push(`draw ${count}`);
      return Array.from({ length: count }, () => {
        drawn += 1;
        return keys[drawn % keys.length]?.key ?? Buffer.alloc(0);
      });
    },
    measure: async (asked) => {
      calls.push(`measure ${asked.length}`);
      return asked.flatMap((key) => keys.filter((one) => one.key.equals(key)));
    },
  };
}
