import type { StoreProps } from "../../core/store-props";
import { keyText } from "../keys/key-text";
import { Progress } from "../keys/progress";
import type { LiveRedis } from "../live-redis";
import type { Terminal } from "../terminal";
import { parseInfo } from "./info";
import { keyShape } from "./key-shape";

/** What the keys' own counters say: `frequency` is the logarithmic counter of LFU, `idle` the seconds since the last access. */
export type HeatMeasure = "frequency" | "idle";

export interface KeyHeat {
  readonly key: string;
  readonly shape: string;
  readonly value: number;
}

export interface ShapeHeat {
  readonly shape: string;
  readonly keys: number;
  /** Of the keys of this shape in the sample. */
  readonly mean: number;
  readonly hottest: number;
}

export interface KeySample {
  readonly measure: HeatMeasure;
  readonly policy: string;
  readonly sampled: number;
  /** Keys in the database. */
  readonly of: number;
  /** Hottest first. */
  readonly shapes: readonly ShapeHeat[];
  readonly keys: readonly KeyHeat[];
}

/** Commands of one pipeline: at about 50 bytes each, one turn of the server. */
const BATCH = 250;

/**
 * Looks at up to `limit` keys in the order of SCAN, which for keys is as good as chance. Neither SCAN nor OBJECT counts as an
 * access. Undefined: SCAN or OBJECT is disabled.
 * @throws ReplyError when Redis says no
 */
export async function sampleKeys(
  live: Pick<LiveRedis, "redis" | "commandName">,
  stores: readonly StoreProps[],
  limit: number,
  terminal: Terminal,
): Promise<KeySample | undefined> {
  const { redis, commandName } = live;
  const [object, scan] = [commandName("OBJECT"), commandName("SCAN")];
  if (object === undefined || scan === undefined) {
    return undefined;
  }
  const policy = parseInfo(await redis.info("memory")).get("maxmemory_policy") ?? "noeviction";
  const measure: HeatMeasure = policy.endsWith("-lfu") ? "frequency" : "idle";
  const subcommand = measure === "frequency" ? "FREQ" : "IDLETIME";
  const of = Number(await redis.dbsize());
  const progress = new Progress(terminal, Math.min(limit, of));
  const found = new Map<string, KeyHeat>();
  let cursor = "0";
  do {
    const [next, keys] = (await redis.callBuffer(scan, cursor, "COUNT", BATCH)) as [Buffer, Buffer[]];
    cursor = next.toString();
    const wanted = keys.slice(0, limit - found.size);
    const pipeline = redis.pipeline();
    for (const key of wanted) {
      pipeline.call(object, subcommand, key);
    }
    const replies = (await pipeline.exec()) ?? [];
    for (const [at, key] of wanted.entries()) {
      const [error, value] = replies[at] ?? [];
      if (error) {
        throw error;
      }
      // No number: the key has gone meanwhile.
      if (typeof value === "number") {
        found.set(key.toString("latin1"), { key: keyText(key), shape: keyShape(key, stores), value });
      }
    }
    progress.tell(found.size / Math.max(1, Math.min(limit, of)));
  } while (cursor !== "0" && found.size < limit);
  const keys = [...found.values()].sort(hotter(measure));
  return { measure, policy, sampled: keys.length, of, shapes: shapesOf(keys, measure), keys };
}

const hotter = (measure: HeatMeasure) => (one: KeyHeat, other: KeyHeat) =>
  (measure === "frequency" ? other.value - one.value : one.value - other.value) ||
  (one.key < other.key ? -1 : 1);

/** @param keys hottest first */
function shapesOf(keys: readonly KeyHeat[], measure: HeatMeasure): readonly ShapeHeat[] {
  const shapes = new Map<string, { keys: number; total: number; hottest: number }>();
  for (const { shape, value } of keys) {
    const so = shapes.get(shape) ?? { keys: 0, total: 0, hottest: value };
    shapes.set(shape, { ...so, keys: so.keys + 1, total: so.total + value });
  }
  const sign = measure === "frequency" ? -1 : 1;
  return [...shapes]
    .map(([shape, { keys: count, total, hottest }]) => ({ shape, keys: count, mean: total / count, hottest }))
    .sort((one, other) => sign * (one.mean - other.mean) || (one.shape < other.shape ? -1 : 1));
}
