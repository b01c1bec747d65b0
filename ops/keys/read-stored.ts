import type { FormatProps, StoreProps } from "../../core/store-props";
import type { LiveRedis } from "../live-redis";
import { comparable, decodeText, decodeValue, type Fields, fieldAt } from "./decode-value";
import type { Role } from "./key-filters";
import { keyText } from "./key-text";
import { plausibleDate } from "./plausible-date";
import { unlessError } from "./scan-keys";
import { firstStar } from "./store-of";
import type { Command, Reply } from "./wire";

/** A key of a store. */
export interface StoredKey {
  readonly key: Buffer;
  readonly store: StoreProps;
}

/** A key as it was at one moment. */
export interface SeenKey extends StoredKey {
  /** Milliseconds, or -1: it stays for ever. Undefined: not asked for. */
  readonly ttl?: number | undefined;
  /** Undefined: not asked for, or it cannot be read: not in the declared format, or larger than 1 MiB. */
  readonly fields?: Fields | undefined;
}

/** What is asked of each key. For a hash, `paths` are its fields that are read; for another encoding all are. */
export interface Wanted {
  readonly ttl: boolean;
  readonly value: boolean;
  readonly paths: readonly string[] | "all";
}

/** Larger values are not fetched, and so cannot be read. */
const MAX_VALUE_BYTES = 1_048_576;

/** As much of a value is fetched together with others: nearly every one, and 4 MiB at most for those that are read together. */
const USUAL_BYTES = 16_384;

/** Hashes of about this size are read together. */
const MAX_TOGETHER_BYTES = 4 * MAX_VALUE_BYTES;

/** Keys that are read together. */
export const READ_TOGETHER = 256;

/** Fields of a hash that are shown. */
const MAX_FIELDS = 1000;

/**
 * Reads keys, at most `READ_TOGETHER`. The answer has the same order; undefined: the key is gone. Nothing that is read
 * takes Redis longer than a value of 1 MiB.
 */
export async function readStored(
  live: Pick<LiveRedis, "batch">,
  keys: readonly StoredKey[],
  wanted: Wanted,
): Promise<readonly (SeenKey | undefined)[]> {
  const [ttls, values] = await Promise.all([
    wanted.ttl ? live.batch(keys.map(({ key }) => ["PTTL", key])) : [],
    wanted.value ? readValues(live, keys, wanted.paths) : keys.map(() => UNREADABLE),
  ]);
  const isUnclear = (index: number) => !wanted.ttl && values[index]?.isEmpty === true;
  const unclear = keys.filter((_, index) => isUnclear(index));
  const exists = await live.batch(unclear.map(({ key }) => ["EXISTS", key]));
  let next = 0;
  return keys.map(({ key, store }, index) => {
    const ttl = wanted.ttl ? Number(unlessError(ttls[index])) : undefined;
    const isGone = ttl === -2 || (isUnclear(index) && exists[next++] === 0);
    return isGone ? undefined : { key, store, ttl, fields: values[index]?.fields };
  });
}

/** The value of a role. Undefined: there is none, or none that a filter could be compared with. */
export function ownerOf({ key, store, fields }: SeenKey, role: "user" | "organisation"): string | undefined {
  const path = store.format?.[role];
  if (path !== undefined && store.format !== undefined) {
    return fields === undefined ? undefined : comparable(fieldAt(fields, path, store.format.encoding));
  }
  const user = role === "user" && store.format !== undefined ? firstStar(store.keys, key) : undefined;
  return user === undefined ? undefined : keyText(user);
}

/** The moment that a role says, in milliseconds since 1970. Undefined: it says no date. */
export function dateOf(
  { store: { format }, fields }: SeenKey,
  role: Extract<Role, "createdAt" | "lastActivity">,
  now: number,
): number | undefined {
  const path = format?.[role];
  return path === undefined || format === undefined || fields === undefined
    ? undefined
    : plausibleDate(fieldAt(fields, path, format.encoding), now);
}

interface Value {
  readonly fields?: Fields | undefined;
  /** Nothing was there: the key may be gone. */
  readonly isEmpty?: boolean;
}

/** Also what was not asked for. */
const UNREADABLE: Value = {};
const EMPTY: Value = { isEmpty: true };

async function readValues(
  live: Pick<LiveRedis, "batch">,
  keys: readonly StoredKey[],
  paths: Wanted["paths"],
): Promise<readonly Value[]> {
  const values = keys.map(() => UNREADABLE);
  const encodings = keys.map(({ store }) => store.format?.encoding);
  const indices = [...keys.keys()];
  const strings = indices.filter((at) => encodings[at] === "json" || encodings[at] === "msgpack");
  const starts = await live.batch(strings.map((at) => getRange(keys[at], USUAL_BYTES)));
  for (const [index, at] of strings.entries()) {
    const start = starts[index];
    const isWhole = !Buffer.isBuffer(start) || start.length <= USUAL_BYTES;
    const reply = isWhole ? start : (await live.batch([getRange(keys[at], MAX_VALUE_BYTES)]))[0];
    values[at] = stringOf(reply, encodings[at]);
  }
  const hashes = indices.filter((at) => encodings[at] === "hash");
  const read = await readHashes(
    live,
    hashes.flatMap((at) => keys[at]?.key ?? []),
    paths,
  );
  for (const [index, at] of hashes.entries()) {
    values[at] = read[index] ?? UNREADABLE;
  }
  return values;
}

/** One byte more than `bytes`, so that a longer value shows. */
function getRange(stored: StoredKey | undefined, bytes: number): Command {
  return ["GETRANGE", stored?.key ?? "", 0, bytes];
}

function stringOf(reply: Reply | undefined, encoding: FormatProps["encoding"] | undefined): Value {
  if (isWrongType(reply) || encoding === undefined) {
    return UNREADABLE;
  }
  const bytes = unlessError(reply) as Buffer;
  if (bytes.length === 0) {
    return EMPTY;
  }
  return bytes.length > MAX_VALUE_BYTES ? UNREADABLE : { fields: decodeValue(bytes, encoding) };
}

/** The lengths of what is read come first, so that at most 4 MiB are read together. */
async function readHashes(
  live: Pick<LiveRedis, "batch">,
  keys: readonly Buffer[],
  wanted: Wanted["paths"],
): Promise<readonly Value[]> {
  const lengths = await live.batch(keys.map((key) => ["HLEN", key]));
  const names = await fieldNames(live, keys, lengths, wanted);
  const sizes = await live.batch(
    keys.flatMap((key, at) => (names[at] ?? []).map((name): Command => ["HSTRLEN", key, name])),
  );
  const values = lengths.map((length): Value => {
    const isWanted = wanted === "all" || wanted.length > 0;
    return length === 0 ? { isEmpty: true } : isWanted || isWrongType(length) ? {} : { fields: {} };
  });
  let group: number[] = [];
  let groupBytes = 0;
  const readGroup = async () => {
    const replies = await live.batch(group.map((at) => ["HMGET", keys[at] ?? "", ...(names[at] ?? [])]));
    for (const [index, at] of group.entries()) {
      values[at] = { fields: asHash(names[at] ?? [], replies[index]) };
    }
    group = [];
    groupBytes = 0;
  };
  let next = 0;
  for (const [at, fields] of names.entries()) {
    const bytes = sizes
      .slice(next, next + fields.length)
      .reduce<number>((sum, size) => sum + (typeof size === "number" ? size : 0), 0);
    next += fields.length;
    if (bytes <= MAX_VALUE_BYTES && fields.length > 0) {
      group.push(at);
      groupBytes += bytes;
    }
    if (groupBytes > MAX_TOGETHER_BYTES) {
      await readGroup();
    }
  }
  await readGroup();
  return values;
}

/** The fields to read of each key. None: there is no hash, or it has too many fields to be shown. */
async function fieldNames(
  live: Pick<LiveRedis, "batch">,
  keys: readonly Buffer[],
  lengths: readonly Reply[],
  wanted: Wanted["paths"],
): Promise<readonly (readonly (string | Buffer)[])[]> {
  const isShown = keys.map((_, at) => Number(lengths[at]) > 0 && Number(lengths[at]) <= MAX_FIELDS);
  if (wanted !== "all") {
    return keys.map((_, at) => (Number(lengths[at]) > 0 ? [...wanted] : []));
  }
  const replies = await live.batch(keys.filter((_, at) => isShown[at]).map((key) => ["HKEYS", key]));
  let next = 0;
  return keys.map((_, at) => (isShown[at] ? listed(replies[next++]) : []));
}

const listed = (reply: Reply | undefined) => (Array.isArray(reply) ? (reply as readonly Buffer[]) : []);

function asHash(names: readonly (string | Buffer)[], reply: Reply | undefined): Fields | undefined {
  if (isWrongType(reply)) {
    return undefined;
  }
  const texts = unlessError(reply) as readonly (Buffer | null)[];
  return Object.fromEntries(
    names.flatMap((name, at) => {
      const text = texts[at];
      return text === null || text === undefined
        ? []
        : [[Buffer.isBuffer(name) ? keyText(name) : name, decodeText(text)]];
    }),
  );
}

/** Another type than the declared one: the value cannot be read. */
function isWrongType(reply: Reply | undefined): reply is Error {
  return reply instanceof Error && reply.message.startsWith("WRONGTYPE");
}
