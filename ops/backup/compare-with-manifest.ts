import type { ExecResult } from "../docker-engine";
import { visible } from "../terminal";
import type { KeyCounts, Manifest, SampledKey } from "./manifest";

/** A server that has loaded a backup, or is about to be compared with one. */
export interface LoadedServer {
  /** Runs one command of Redis. `stdout` is the reply as redis-cli writes it to a file. */
  command(...argv: readonly string[]): Promise<ExecResult>;
  /** As INFO says it: databases without keys are left out. Keys that have expired may still be counted. */
  keyspace(): Promise<readonly DatabaseKeys[]>;
}

export type DatabaseKeys = NonNullable<KeyCounts["databases"]>[number];

/** Of what differs in the sample, so many are told. */
const MAX_TOLD = 10;

/**
 * What is not in `server` as `manifest` says it, in words for people; empty: it is the same data. Keys without a time to
 * live are there in the same number, those with one at most, since they may have expired. Sampled keys have the same
 * type, length and expiry. Costs INFO and one script for about a hundred keys.
 * @throws Error when the server refuses to answer
 */
export async function differences(
  manifest: Pick<Manifest, "keys" | "sample">,
  server: LoadedServer,
): Promise<readonly string[]> {
  const { keys, sample = [] } = manifest;
  return [
    ...(keys === undefined ? [] : differentCounts(keys, await server.keyspace())),
    ...(await differentKeys(sample, server)),
  ];
}

/** INFO's section `keyspace`. */
export function parseKeyspace(info: string): readonly DatabaseKeys[] {
  return [...info.matchAll(/^db(\d+):keys=(\d+),expires=(\d+)/gm)].map(([, database, keys, expiring]) => ({
    database: Number(database),
    keys: Number(keys),
    expiring: Number(expiring),
  }));
}

/** Of all databases. */
export function totalOf(databases: readonly DatabaseKeys[]): { keys: number; expiring: number } {
  return {
    keys: databases.reduce((sum, { keys }) => sum + keys, 0),
    expiring: databases.reduce((sum, { expiring }) => sum + expiring, 0),
  };
}

function differentCounts(expected: KeyCounts, found: readonly DatabaseKeys[]): readonly string[] {
  const all = differentCount(
    "all databases",
    { keys: expected.total, expiring: expected.expiring },
    totalOf(found),
  );
  if (expected.databases === undefined) {
    return all;
  }
  const numbers = new Set([...expected.databases, ...found].map(({ database }) => database));
  const of = (databases: readonly DatabaseKeys[], number: number) =>
    databases.find(({ database }) => database === number) ?? { keys: 0, expiring: 0 };
  const each = [...numbers]
    .sort((one, other) => one - other)
    .flatMap((number) =>
      differentCount(`database ${number}`, of(expected.databases ?? [], number), of(found, number)),
    );
  return each.length > 0 ? each : all;
}

type Counts = Pick<DatabaseKeys, "keys" | "expiring">;

function differentCount(what: string, expected: Counts, found: Counts): readonly string[] {
  const staying = ({ keys, expiring }: Counts) => keys - expiring;
  return [
    ...(staying(found) === staying(expected)
      ? []
      : [`${what}: ${staying(found)} keys without a time to live, the backup has ${staying(expected)}`]),
    ...(found.expiring <= expected.expiring
      ? []
      : [`${what}: ${found.expiring} keys with a time to live, the backup has ${expected.expiring}`]),
  ];
}

/** What the script says of a key; `type` is `none` where there is no such key. */
type KeyFacts = readonly [type: string, length: number, expiresAt: number];

interface Answer {
  /** The server's clock, in unix milliseconds. */
  readonly now: number;
  readonly keys: readonly KeyFacts[];
}

async function differentKeys(
  sample: readonly SampledKey[],
  server: LoadedServer,
): Promise<readonly string[]> {
  const told: string[] = [];
  for (const batch of batchesOf(sample)) {
    const answer = await ask(batch, server);
    if (answer === undefined) {
      told.push("sampled keys are in databases that the server does not have");
      continue;
    }
    const { now, keys } = answer;
    batch.forEach((expected, index) => {
      const difference = differentKey(expected, keys[index], now);
      if (difference !== undefined) {
        told.push(`database ${expected.database}, key ${nameOf(expected)}: ${difference}`);
      }
    });
  }
  return told.length <= MAX_TOLD
    ? told
    : [...told.slice(0, MAX_TOLD), `${told.length - MAX_TOLD} more sampled keys differ`];
}

function differentKey(expected: SampledKey, found: KeyFacts | undefined, now: number): string | undefined {
  if (found === undefined || found[0] === "none") {
    const mayHaveExpired = expected.expiresAt !== undefined && expected.expiresAt <= now;
    return mayHaveExpired ? undefined : `is not there, the backup has a ${expected.type}`;
  }
  const [type, length, expiresAt] = found;
  if (type !== expected.type) {
    return `is a ${type}, the backup has a ${expected.type}`;
  }
  if (expected.length !== undefined && length !== expected.length) {
    return `has the length ${length}, the backup ${expected.length}`;
  }
  return expiresAt === (expected.expiresAt ?? -1)
    ? undefined
    : `expires ${instant(expiresAt)}, in the backup ${instant(expected.expiresAt ?? -1)}`;
}

function instant(milliseconds: number): string {
  return milliseconds < 0 ? "never" : new Date(milliseconds).toISOString();
}

const SHOWN_CHARACTERS = 80;

function nameOf({ key }: SampledKey): string {
  const text = Buffer.from(key, "base64").toString("utf8");
  const cut = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
  return visible(JSON.stringify(cut));
}

/** One word of a command line has at most 128 KiB on Linux, all of them together 2 MiB. */
const WORD_DIGITS = 65_536;
const LINE_DIGITS = 1_048_576;

function batchesOf(sample: readonly SampledKey[]): readonly (readonly SampledKey[])[] {
  const batches: SampledKey[][] = [];
  let digits = LINE_DIGITS;
  for (const key of sample) {
    digits += key.key.length * 2;
    if (digits > LINE_DIGITS) {
      batches.push([]);
      digits = key.key.length * 2;
    }
    batches.at(-1)?.push(key);
  }
  return batches;
}

/** A key is any bytes, and a command line takes text: it goes there in hexadecimal. Undefined: there is no such database. */
async function ask(sample: readonly SampledKey[], server: LoadedServer): Promise<Answer | undefined> {
  const words = sample.flatMap(({ database, key }) => {
    const pieces = Buffer.from(key, "base64").toString("hex").match(WORD) ?? [];
    return [`${database}`, `${pieces.length}`, ...pieces];
  });
  const { exitCode, stdout, stderr } = await server.command("EVAL", SCRIPT, "0", ...words);
  if (exitCode !== 0 && /DB index is out of range/.test(`${stdout}${stderr}`)) {
    return undefined;
  }
  if (exitCode !== 0) {
    throw new Error(`the sampled keys could not be looked at: ${stderr.trim() || stdout.trim()}`);
  }
  return JSON.parse(stdout) as Answer;
}

const WORD = new RegExp(`.{1,${WORD_DIGITS}}`, "g");

/** cjson writes numbers above 2^46 with an exponent and 14 digits, so times and lengths are texts. */
const SCRIPT = `
local lengths = { string = 'STRLEN', list = 'LLEN', hash = 'HLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN' }
local function decoded(digits)
  return (digits:gsub('..', function(pair) return string.char(tonumber(pair, 16)) end))
end
local answers, at = {}, 1
while at <= #ARGV do
  redis.call('SELECT', ARGV[at])
  local last = at + 1 + tonumber(ARGV[at + 1])
  local key = decoded(table.concat(ARGV, '', at + 2, last))
  local kind = redis.call('TYPE', key).ok
  local length = lengths[kind] and redis.call(lengths[kind], key) or -1
  table.insert(answers, string.format('["%s",%.0f,%.0f]', kind, length, redis.call('PEXPIRETIME', key)))
  at = last + 1
end
local time = redis.call('TIME')
return string.format('{"now":%s%03d,"keys":[%s]}', time[1], math.floor(time[2] / 1000), table.concat(answers, ','))
`;
