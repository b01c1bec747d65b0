import { join } from "node:path";
import type { Store } from "../../config/service";
import { prospectflow } from "../../config/services/prospectflow";
import { sessionsDelete } from "../../ops/commands/sessions-delete";
import { sessionsRestore } from "../../ops/commands/sessions-restore";
import { sessionsTtl } from "../../ops/commands/sessions-ttl";
import { locksRelease, rateLimitsReset, sampleOf } from "../../ops/commands/stored-delete";
import { storedList } from "../../ops/commands/stored-list";
import { storedShow } from "../../ops/commands/stored-show";
import { dockerEngine } from "../../ops/docker-engine";
import { CACHE } from "../../ops/keys/subject";
import type { Command } from "../../ops/keys/wire";
import { connectRedis, type LiveRedis } from "../../ops/live-redis";
import { CACHE_GROUP, LOCKS_GROUP, RATE_LIMITS_GROUP } from "../../ops/stores/store-group";
import { recorded } from "../support/recorded";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** One stack with a password and renamed commands, with caches, locks and rate limits. */

const store = (kind: Store["kind"], keys: string, ttl: Store["ttl"] = "1 h"): Store => ({
  kind,
  keys,
  ttl,
  lossAcceptable: false,
});

const STORES: readonly Store[] = [
  store("cache", "api:users:*"),
  store("cache", "cache:project:*"),
  store("rate-limits", "api:key:*"),
  store("locks", "import:job:*", "30 s"),
];

const NONE = { key: [], withoutTtl: false, json: false };
const DRY = { ...NONE, all: false, yes: false };
const SURE = { ...DRY, yes: true };

let scratch: Scratch;
let stack: TestStack;
let id: string;
let live: LiveRedis;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, { ...prospectflow, stores: STORES }, "prod");
  id = stack.resolved.id;
  live = await connectRedis(dockerEngine({}), stack.resolved);
}, 120_000);

afterAll(async () => {
  live?.close();
  await scratch.remove();
});

async function write(...commands: readonly Command[]): Promise<readonly unknown[]> {
  const replies = await live.batch(commands);
  expect(replies.filter((reply) => reply instanceof Error)).toEqual([]);
  return replies;
}

/** All keys are gone. */
async function clear(): Promise<void> {
  const [, keys] = await live.redis.scanBuffer("0", "COUNT", 10_000);
  await write(...keys.map((key): Command => ["UNLINK", key]));
}

afterEach(clear);

describe("a cache", () => {
  const words = { subject: CACHE, sample: sampleOf(CACHE_GROUP) };

  beforeEach(() =>
    write(
      ["SET", "api:users:1", '{"a":1}', "EX", 3599],
      ["HSET", "api:users:a b\n", "x", "1"],
      ["SET", "cache:project:9", "\u001b[31m", "EX", 60],
      ["SET", "api:key:1", 5],
    ),
  );

  it("lists its keys and no others, shows one, and tells what has no TTL", async () => {
    const listed = await recorded((terminal) => storedList(stack.resolved, NONE, terminal, CACHE_GROUP));
    expect(listed.out.split("\n").slice(1).sort()).toEqual([
      expect.stringMatching(/^"api:users:a b\\x0a" +hash +1 +\d+ B +stays for ever$/),
      expect.stringMatching(/^api:users:1 +string +7 B +\d+ B +59 min$/),
      expect.stringMatching(/^cache:project:9 +string +5 B +\d+ B +(1 min|\d+ s)$/),
    ]);
    expect(listed.err).toBe(
      "1 key without a TTL: nobody but a person removes them\n3 keys looked at, 0 read, 3 match",
    );
    const shown = await recorded((terminal) =>
      storedShow(
        stack.resolved,
        ["cache:project:9", "api:users:none"],
        { reveal: true, json: false },
        terminal,
        CACHE_GROUP,
      ),
    );
    expect(shown).toMatchObject({
      exitCode: 1,
      err: `not there: api:users:none. Next: bin/redis-ops cache list ${id}`,
    });
    expect(shown.out).toMatch(/^ {2}holds +\\u001b\[31m$/m);
    const ttl = await recorded((terminal) =>
      sessionsTtl(stack.resolved, { ...NONE, where: [] }, terminal, CACHE),
    );
    expect(ttl.out).toMatch(/^TTL +KEYS$/m);
  });

  it("clears a pattern only when it is told to, and puts it back", async () => {
    const users = { where: [], match: "api:users:*" };
    const dry = await recorded((terminal) =>
      sessionsDelete(stack.resolved, { ...DRY, ...users }, terminal, words),
    );
    expect(dry.out).toMatch(new RegExp(`^${id}: 2 keys match with --match "api:users:\\*"\nKEY +TYPE`));
    expect(await stack.redis("DBSIZE")).toBe("4");
    const saveTo = join(scratch.folder, "users.saved");
    const done = await recorded((terminal) =>
      sessionsDelete(stack.resolved, { ...SURE, ...users, saveTo }, terminal, words),
    );
    expect(done).toMatchObject({ exitCode: 0, out: `${id}: deleted 2 keys; ${saveTo} has 2 keys` });
    expect(await stack.redis("EXISTS", "api:key:1", "cache:project:9", "api:users:1")).toBe("2");
    const back = { from: saveTo, replace: false, yes: false, json: false };
    const restored = await recorded((terminal) => sessionsRestore(stack.resolved, back, terminal, CACHE));
    expect(restored.out).toBe(`${id}: restored 2 keys`);
  });
});

it("tells locks by digests, and releases one only while the same one holds it", async () => {
  await write(
    ["SET", "import:job:1", "token-1", "EX", 30],
    ["SET", "import:job:2", "token-2"],
    ["HSET", "import:job:3", "uuid:7", 1],
  );
  const listed = await recorded((terminal) =>
    storedList(stack.resolved, { ...NONE, json: true }, terminal, LOCKS_GROUP),
  );
  const rows = listed.out.split("\n").map((line) => JSON.parse(line));
  const digest = rows.find(({ key }) => key === "import:job:1").holder;
  expect(digest).toMatch(/^[0-9a-f]{12}$/);
  expect(listed.output).not.toContain("token");
  const revealed = await recorded((terminal) =>
    storedList(stack.resolved, { ...NONE, reveal: true }, terminal, LOCKS_GROUP),
  );
  expect(revealed.out).toMatch(/^import:job:2 +token-2 +stays for ever$/m);
  expect(revealed.out).toMatch(/^import:job:3 +uuid:7 +stays for ever$/m);
  expect(revealed.err).toContain("2 locks without a TTL: nobody but a person removes them");

  const one = { ...SURE, key: ["import:job:1"], holder: digest };
  await write(["SET", "import:job:1", "token-new", "EX", 30]);
  const other = await recorded((terminal) => locksRelease(stack.resolved, one, terminal));
  expect(other.out).toBe(
    `${id}: released 0 locks; whoever held one may still be at work; 1 left, which somebody else holds`,
  );
  await write(["SET", "import:job:1", "token-1", "EX", 30]);
  const dry = await recorded((terminal) => locksRelease(stack.resolved, { ...one, yes: false }, terminal));
  expect(dry.err).toContain(
    `nothing was released. Next: add --yes; only what ${digest} holds then is released; whoever holds a lock is not told`,
  );
  const done = await recorded((terminal) => locksRelease(stack.resolved, one, terminal));
  expect(done.out).toBe(`${id}: released 1 lock; whoever held one may still be at work`);
  expect(done.err).toMatch(/^audit: \S+ \S+ locks release --key "import:job:1": released 1 lock$/m);
  expect(await stack.redis("EXISTS", "import:job:1", "import:job:2")).toBe("1");
  await expect(locksRelease(stack.resolved, SURE, silent)).rejects.toThrow(
    "locks release: got no filter, expected which locks are meant",
  );
});

it("tells what has been used of limits within their window, and resets one", async () => {
  const now = Date.now();
  const score = (minutes: number) => now - minutes * 60_000;
  await write(
    ["SET", "api:key:counter", 42, "EX", 3599],
    ["ZADD", "api:key:ms", score(90), "a", score(59), "b", score(1), "c"],
    ["ZADD", "api:key:s", Math.floor(score(61) / 1000), "a", Math.floor(score(5) / 1000), "b"],
    ["ZADD", "api:key:ranks", 1, "a", 2, "b"],
    ["HSET", "api:key:bucket", "tokens", "3.5", "name", "ann"],
    ["SET", "api:key:text", "secret"],
  );
  const listed = await recorded((terminal) => storedList(stack.resolved, NONE, terminal, RATE_LIMITS_GROUP));
  expect(listed.out.split("\n").slice(1).sort()).toEqual([
    expect.stringMatching(/^api:key:bucket +hash +tokens=3.5 +stays for ever$/),
    expect.stringMatching(/^api:key:counter +string +42 +59 min$/),
    expect.stringMatching(/^api:key:ms +zset +2 \(and 1 older\) +stays for ever$/),
    expect.stringMatching(/^api:key:ranks +zset +2 +stays for ever$/),
    expect.stringMatching(/^api:key:s +zset +1 \(and 1 older\) +stays for ever$/),
    expect.stringMatching(/^api:key:text +string +not known +stays for ever$/),
  ]);
  const reset = await recorded((terminal) =>
    rateLimitsReset(stack.resolved, { ...SURE, key: ["api:key:ms"] }, terminal),
  );
  expect(reset.out).toBe(`${id}: reset 1 limit`);
  expect(await stack.redis("DBSIZE")).toBe("5");
});

const silent = { out: () => undefined, err: () => undefined };
