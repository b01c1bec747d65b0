import { plausibleDate } from "../keys/plausible-date";
import type { StoredKey } from "../keys/read-stored";
import { unlessError } from "../keys/scan-keys";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";

/** What a key is, and the start of what it holds. */
export interface Facts extends StoredKey {
  /** `string`, `hash`, … */
  readonly type: string;
  /** Bytes of a string; else elements or fields. */
  readonly length: number;
  /** MEMORY USAGE, of large ones a guess from samples. */
  readonly memoryBytes: number;
  /** Milliseconds, or -1: it stays for ever. */
  readonly ttl: number;
  /** The first 1024 bytes of a string. */
  readonly start?: Buffer;
  /** Of a hash of at most 16 fields and 16 KiB. */
  readonly fields?: readonly (readonly [Buffer, Buffer])[];
  /** Of a sorted set whose scores are moments. */
  readonly window?: Window;
}

export interface Window {
  /** Milliseconds since 1970. */
  readonly newest: number;
  readonly oldest: number;
  /** Elements whose score is not longer ago than the TTL of the store. Undefined: the store has none. */
  readonly within?: number;
}

/** Keys that are read together. */
const TOGETHER = 64;

const START_BYTES = 1024;
const MAX_FIELDS = 16;
const MAX_HASH_BYTES = 16_384;

const LENGTHS: Readonly<Record<string, string>> = {
  string: "STRLEN",
  hash: "HLEN",
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

/** Reads keys. Left out: what is gone, or has changed its type meanwhile. */
export async function readFacts(
  live: Pick<LiveRedis, "batch">,
  keys: readonly StoredKey[],
  now: number,
): Promise<readonly Facts[]> {
  const facts: Facts[] = [];
  for (let from = 0; from < keys.length; from += TOGETHER) {
    const plain = await readPlain(live, keys.slice(from, from + TOGETHER));
    const contents = await Promise.all(plain.map((one) => readContent(live, one, now)));
    facts.push(...plain.map((one, at) => ({ ...one, ...contents[at] })));
  }
  return facts;
}

async function readPlain(
  live: Pick<LiveRedis, "batch">,
  keys: readonly StoredKey[],
): Promise<readonly Facts[]> {
  const replies = await live.batch(
    keys.flatMap(({ key }): Command[] => [
      ["TYPE", key],
      ["PTTL", key],
      ["MEMORY", "USAGE", key],
    ]),
  );
  const there = keys.flatMap((stored, at) => {
    const [type, ttl, memory] = replies.slice(3 * at, 3 * at + 3).map(unlessError);
    return memory === null || ttl === -2
      ? []
      : [{ ...stored, type: `${type}`, ttl: Number(ttl), memoryBytes: Number(memory) }];
  });
  const lengths = await live.batch(there.map(({ key, type }) => [LENGTHS[type] ?? "EXISTS", key]));
  return there.flatMap((one, at) => {
    const length = lengths[at];
    return typeof length === "number" && length > 0 ? [{ ...one, length }] : [];
  });
}

async function readContent(
  live: Pick<LiveRedis, "batch">,
  { key, type, length, memoryBytes, store }: Facts,
  now: number,
): Promise<Partial<Facts>> {
  if (type === "string") {
    const [start] = await live.batch([["GETRANGE", key, 0, START_BYTES - 1]]);
    return Buffer.isBuffer(start) ? { start } : {};
  }
  if (type === "hash" && length <= MAX_FIELDS && memoryBytes <= MAX_HASH_BYTES) {
    const [reply] = await live.batch([["HGETALL", key]]);
    return { fields: pairsOf(reply) };
  }
  if (type !== "zset") {
    return {};
  }
  const ends = await live.batch([
    ["ZRANGE", key, 0, 0, "WITHSCORES"],
    ["ZRANGE", key, -1, -1, "WITHSCORES"],
  ]);
  const [oldest, newest] = ends.map((reply) => Number(`${pairsOf(reply)[0]?.[1]}`));
  const [first, last] = [plausibleDate(oldest, now), plausibleDate(newest, now)];
  if (oldest === undefined || newest === undefined || first === undefined || last === undefined) {
    return {};
  }
  const unit = last === newest ? 1 : 1000;
  const period = store.ttl?.toMilliseconds();
  if (period === undefined) {
    return { window: { oldest: first, newest: last } };
  }
  const [within] = await live.batch([["ZCOUNT", key, (now - period) / unit, "+inf"]]);
  return { window: { oldest: first, newest: last, within: Number(unlessError(within)) } };
}

function pairsOf(reply: Reply | undefined): readonly (readonly [Buffer, Buffer])[] {
  const words = Array.isArray(reply) ? (reply as readonly Buffer[]) : [];
  return words.flatMap((word, at) => {
    const value = words[at + 1];
    return at % 2 === 0 && value !== undefined ? [[word, value] as const] : [];
  });
}
