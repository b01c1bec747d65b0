import type { RedisServerProps } from "../../core/redis-stack-props";
import type { LiveRedis } from "../live-redis";
import { adviceFor } from "./command-advice";
import { type ShapeContext, shapeOf } from "./command-shape";
import { ask } from "./on-server";

/** One entry of the slow log. */
export interface SlowEntry {
  readonly id: number;
  /** When it was begun: seconds since 1970, by the server's clock. */
  readonly at: number;
  readonly microseconds: number;
  /** What it did, without values: `GET session:*`. */
  readonly shape: string;
  readonly command: string;
  /** Address with port, and the connection's name. */
  readonly client: string;
  readonly name: string;
  /** As it was sent, cut by Redis to 32 words of 128 bytes. May hold tokens: only for who asked to see it. */
  readonly words: readonly string[];
}

export interface SlowLog {
  /** Newest first, as many as were asked for. */
  readonly entries: readonly SlowEntry[];
  /** Entries that the server holds. */
  readonly held: number;
  /** `slowlog-max-len`, and microseconds of `slowlog-log-slower-than`; below 0 nothing is kept. */
  readonly maxLen: number;
  readonly slowerThan: number;
  /** The server's clock: seconds since 1970. */
  readonly now: number;
}

/**
 * The newest `limit` entries of the slow log. It is in memory: a restart empties it. Undefined: SLOWLOG is disabled.
 * @param context what the stack declares; where CONFIG is disabled, its thresholds are told in place of the running ones
 */
export async function readSlowLog(
  live: Pick<LiveRedis, "redis" | "commandName">,
  context: ShapeContext & { readonly server: RedisServerProps },
  limit: number,
): Promise<SlowLog | undefined> {
  const replies = await ask(live, "SLOWLOG", "GET", limit);
  if (replies === undefined) {
    return undefined;
  }
  const [held, time, config] = await Promise.all([
    ask(live, "SLOWLOG", "LEN"),
    live.redis.time(),
    ask(live, "CONFIG", "GET", "slowlog-*"),
  ]);
  const values = pairsOf(config);
  const { slowlogMaxLen, slowlogLogSlowerThan } = context.server;
  return {
    entries: (replies as readonly SlowReply[]).map((reply) => entryOf(reply, context)),
    held: Number(held),
    maxLen: Number(values.get("slowlog-max-len") ?? slowlogMaxLen),
    slowerThan: Number(values.get("slowlog-log-slower-than") ?? slowlogLogSlowerThan.toMilliseconds() * 1000),
    now: Number(time[0]),
  };
}

type SlowReply = readonly [number, number, number, readonly string[], string?, string?];

function entryOf(
  [id, at, microseconds, words, client = "", name = ""]: SlowReply,
  context: ShapeContext,
): SlowEntry {
  const { command, shape } = shapeOf(words, context);
  return { id, at, microseconds, shape, command, client, name, words };
}

/** What an answer of CONFIG GET says; empty where nobody may ask. */
export function pairsOf(reply: unknown): ReadonlyMap<string, string> {
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return new Map(words.flatMap((word, at) => (at % 2 === 0 ? [[word, words[at + 1] ?? ""] as const] : [])));
}

/** Entries of one shape together. */
export interface SlowShape {
  readonly shape: string;
  readonly count: number;
  readonly totalMicroseconds: number;
  readonly worstMicroseconds: number;
  /** Of the time of all entries: from 0 to 1. */
  readonly share: number;
  /** What does the same better. */
  readonly advice?: string;
}

/** The costliest first. */
export function sumSlowLog(entries: readonly SlowEntry[]): readonly SlowShape[] {
  const all = entries.reduce((sum, { microseconds }) => sum + microseconds, 0);
  const shapes = new Map<string, SlowEntry[]>();
  for (const entry of entries) {
    shapes.set(entry.shape, [...(shapes.get(entry.shape) ?? []), entry]);
  }
  return [...shapes]
    .map(([shape, of]) => {
      const total = of.reduce((sum, { microseconds }) => sum + microseconds, 0);
      const advice = adviceFor({ command: of[0]?.command ?? "", shape });
      return {
        shape,
        count: of.length,
        totalMicroseconds: total,
        worstMicroseconds: of.reduce((worst, { microseconds }) => Math.max(worst, microseconds), 0),
        share: all === 0 ? 0 : total / all,
        ...(advice === undefined ? {} : { advice }),
      };
    })
    .sort(
      (one, other) => other.totalMicroseconds - one.totalMicroseconds || (one.shape < other.shape ? -1 : 1),
    );
}
