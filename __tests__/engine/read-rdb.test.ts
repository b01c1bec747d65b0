import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import type Docker from "dockerode";
import { filterRdb } from "../../ops/backup/filter-rdb";
import { MAX_DATE } from "../../ops/backup/manifest";
import { summarizeRdb } from "../../ops/backup/read-rdb";
import { streamExec, withThrowAway } from "../../ops/docker-run";
import { matchesKey } from "../../ops/keys/match-key";
import { eventually } from "../support/eventually";
import { EVERY_ENCODING, quoted } from "../support/every-rdb-encoding";
import { KEY_PATTERNS } from "../support/key-patterns";
import { LAB_IMAGE, Scratch } from "../support/scratch";

/** What the reader says of a file that a real server wrote, beside what the server says of itself. */

const CLI = ["redis-cli", "-s", "/data/redis.sock"];
const SERVER =
  'exec redis-server --port 0 --unixsocket /data/redis.sock --dir /data --save "" --enable-debug-command yes';

interface Found {
  readonly database: number;
  /** Base64. */
  readonly key: string;
  readonly type: string;
  readonly encoding: string;
  readonly length: number;
  readonly expiresAt: number;
}

/** One line for each key. */
const INVENTORY = `
local lines = {}
local lengths = {string='STRLEN', list='LLEN', set='SCARD', zset='ZCARD', hash='HLEN', stream='XLEN'}
for database = 0, 15 do
  redis.call('SELECT', database)
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local hex = string.gsub(key, '.', function(c) return string.format('%02x', string.byte(c)) end)
    local type = redis.call('TYPE', key).ok
    table.insert(lines, table.concat({database, '"' .. hex .. '"', type, redis.call('OBJECT', 'ENCODING', key),
      redis.call(lengths[type], key), string.format('%.0f', redis.call('PEXPIRETIME', key))}, ' '))
  end
end
return table.concat(lines, '\\n')`;

const PATTERN = `
redis.call('FLUSHDB')
for i = 2, #ARGV do redis.call('SET', ARGV[i], '') end
local keys = redis.call('KEYS', ARGV[1])
for i, key in ipairs(keys) do
  keys[i] = string.gsub(key, '.', function(c) return string.format('%02x', string.byte(c)) end) .. ';'
end
return table.concat(keys)`;

let scratch: Scratch;

beforeAll(async () => {
  scratch = await Scratch.create();
});

afterAll(() => scratch.remove());

/** What redis-cli says to these lines. */
async function say(server: Docker.Container, lines: readonly string[]): Promise<string> {
  const { stdout, finished } = await streamExec(server, CLI, Readable.from([`${lines.join("\n")}\n`]));
  const said = await text(stdout);
  await finished;
  return said;
}

/** Hands over a server that has loaded `rdb`, or is empty. */
function withServer<T>(rdb: Readable, use: (server: Docker.Container) => Promise<T>): Promise<T> {
  const container = {
    image: LAB_IMAGE,
    argv: ["sleep", "300"],
    tmpfs: { "/data": "rw,uid=999,gid=1000" },
  };
  return withThrowAway(scratch.docker, container, async (server) => {
    const taken = await streamExec(server, ["sh", "-c", "exec cat >/data/dump.rdb"], rdb);
    await buffer(taken.stdout);
    await taken.finished;
    await streamExec(server, ["sh", "-c", `[ -s /data/dump.rdb ] || rm /data/dump.rdb; ${SERVER}`]);
    const answer = await eventually(
      () => say(server, ["PING"]),
      (said) => said === "PONG\n",
    );
    expect(answer).toBe("PONG\n");
    return use(server);
  });
}

async function inventory(server: Docker.Container): Promise<readonly Found[]> {
  const lines = (await say(server, [`EVAL ${quoted(Buffer.from(INVENTORY))} 0`])).trim().split("\n");
  const found = lines.map((line): Found => {
    const [database, key = "", type = "", encoding = "", length, expiresAt] = line.split(" ");
    return {
      database: Number(database),
      key: Buffer.from(key.slice(1, -1), "hex").toString("base64"),
      type,
      encoding,
      length: Number(length),
      expiresAt: Number(expiresAt),
    };
  });
  return found.sort(byName);
}

const byName = (one: { database: number; key: string }, other: { database: number; key: string }) =>
  one.database - other.database || (one.key < other.key ? -1 : 1);

/** A server that loads chooses the encoding by its own limits. */
const withoutEncoding = ({ encoding, ...rest }: Found) => rest;

/** DEBUG DIGEST-VALUE of each, whose order in memory does not matter. */
async function digests(server: Docker.Container, found: readonly Found[]): Promise<readonly string[]> {
  const lines = found.flatMap(({ database, key }) => [
    `SELECT ${database}`,
    `DEBUG DIGEST-VALUE ${quoted(Buffer.from(key, "base64"))}`,
  ]);
  const said = (await say(server, lines)).split("\n").filter((line) => /^[0-9a-f]{40}$/.test(line));
  expect(said.length).toBe(found.length);
  return said;
}

const streamed = async (server: Docker.Container) => {
  const { stdout, finished } = await streamExec(server, [...CLI, "--rdb", "-"]);
  const content = await buffer(stdout);
  expect((await finished).exitCode).toBe(0);
  return content;
};

it("reads what a server has in it, and a part of it loads as it was", async () => {
  await withServer(Readable.from([]), async (server) => {
    const said = (await say(server, EVERY_ENCODING)).split("\n");
    expect(said.filter((line) => /^(ERR|WRONGTYPE|Invalid)/.test(line))).toEqual([]);
    const found = await inventory(server);
    expect([...new Set(found.map(({ type, encoding }) => `${type} ${encoding}`))].sort()).toEqual([
      "hash hashtable",
      "hash listpack",
      "list quicklist",
      "set hashtable",
      "set intset",
      "stream stream",
      "string embstr",
      "string int",
      "string raw",
      "zset listpack",
      "zset skiplist",
    ]);
    const content = await streamed(server);
    const summary = await summarizeRdb(Readable.from([content]));
    expect(summary).toMatchObject({ version: 10, redisVersion: "7.0.15", functions: 2, checksum: "good" });
    expect(content.length - summary.bytes).toBe(40);
    expect(summary.keys.databases).toEqual(
      [...(await say(server, ["INFO keyspace"])).matchAll(/^db(\d+):keys=(\d+),expires=(\d+)/gm)].map(
        ([, database, keys, expiring]) => ({
          database: Number(database),
          keys: Number(keys),
          expiring: Number(expiring),
        }),
      ),
    );
    await everyKeyIsSampled(content, found);
    await loadsAsItWas(server, content, found, (database, key) => database % 2 === 0 && (key[0] ?? 0) > 104);
    await loadsAsItWas(server, content, found, () => true);
  });
});

/** A file of fewer than 100 keys has all of them in its sample: so each database, and halves of the first, by itself. */
async function everyKeyIsSampled(content: Buffer, found: readonly Found[]): Promise<void> {
  for (let part = 0; part < 17; part += 1) {
    const isIn = (database: number, size: number) => (database === 0 ? size % 2 : database + 1) === part;
    const some = filterRdb(Readable.from([content]), (database, key) => isIn(database, key.length));
    const { sample } = await summarizeRdb(some);
    const expected = found
      .filter(({ database, key }) => isIn(database, Buffer.from(key, "base64").length))
      // A manifest has no date beyond those that there are.
      .filter(({ expiresAt }) => expiresAt <= MAX_DATE)
      .map(({ database, key, type, length, expiresAt }) => ({
        database,
        key,
        type,
        length,
        ...(expiresAt < 0 ? {} : { expiresAt }),
      }));
    expect([...sample].sort(byName)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(0);
  }
}

async function loadsAsItWas(
  server: Docker.Container,
  content: Buffer,
  found: readonly Found[],
  keep: (database: number, key: Buffer) => boolean,
): Promise<void> {
  const expected = found.filter(({ database, key }) => keep(database, Buffer.from(key, "base64")));
  expect(expected.length).toBeGreaterThan(20);
  await withServer(filterRdb(Readable.from([content]), keep), async (loaded) => {
    const there = await inventory(loaded);
    expect(there.map(withoutEncoding)).toEqual(expected.map(withoutEncoding));
    expect(await digests(loaded, there)).toEqual(await digests(server, expected));
    const libraries = ["FUNCTION LIST LIBRARYNAME one", "FUNCTION LIST LIBRARYNAME two"];
    expect(await say(loaded, libraries)).toBe(await say(server, libraries));
  });
}

it("matches keys as KEYS of the server does", async () => {
  await withServer(Readable.from([]), async (server) => {
    const lines = KEY_PATTERNS.map(([pattern, yes, no]) =>
      [
        `EVAL ${quoted(Buffer.from(PATTERN))} 0`,
        ...[pattern, ...yes, ...no].map((arg) => quoted(Buffer.from(arg))),
      ].join(" "),
    );
    const said = (await say(server, lines)).split("\n");
    KEY_PATTERNS.forEach(([pattern, yes, no], index) => {
      const listed = (said[index] ?? "")
        .split(";")
        .slice(0, -1)
        .map((hex) => Buffer.from(hex, "hex"));
      const all = [...yes, ...no].map((key) => Buffer.from(key));
      expect({ pattern, listed: listed.map(String).sort() }).toEqual({
        pattern,
        listed: all
          .filter((key) => matchesKey(pattern, key))
          .map(String)
          .sort(),
      });
      expect(listed.length).toBe(yes.length);
    });
  });
});
