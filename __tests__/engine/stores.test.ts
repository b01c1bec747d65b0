import { join } from "node:path";
import type { Store } from "../../config/service";
import { sessionsDelete } from "../../ops/commands/sessions-delete";
import { sessionsRestore } from "../../ops/commands/sessions-restore";
import { sessionsTtl } from "../../ops/commands/sessions-ttl";
import { locksRelease, rateLimitsReset, sampleOf } from "../../ops/commands/stored-delete";
import { storedList } from "../../ops/commands/stored-list";
import { storedShow } from "../../ops/commands/stored-show";
import { CACHE } from "../../ops/keys/subject";
import type { Command } from "../../ops/keys/wire";
import { CACHE_GROUP, LOCKS_GROUP, RATE_LIMITS_GROUP } from "../../ops/stores/store-group";
import { LiveStack, storeOfKind } from "../support/live-stack";
import { recorded } from "../support/recorded";
import type { TestStack } from "../support/test-stack";

/** One stack with a password and renamed commands, with caches, locks and rate limits. */

const STORES: readonly Store[] = [
  { ...storeOfKind("cache", "api:users:*"), format: { encoding: "json", organisation: "org" } },
  storeOfKind("cache", "cache:project:*"),
  storeOfKind("rate-limits", "api:key:*"),
  storeOfKind("locks", "import:job:*", "30 s"),
];

const NONE = { key: [], withoutTtl: false, json: false };
const DRY = { ...NONE, all: false, yes: false };
const SURE = { ...DRY, yes: true };

let lab: LiveStack;
let stack: TestStack;
let id: string;

beforeAll(async () => {
  lab = await LiveStack.deploy(STORES);
  stack = lab.stack;
  id = stack.resolved.id;
}, 120_000);

afterAll(() => lab?.remove());

const write = (...commands: readonly Command[]) => lab.write(...commands);

afterEach(() => lab.clear());

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
      "1 key without a TTL: nobody but a person removes them\n3 keys looked at; 3 match",
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
    const saveTo = join(lab.scratch.folder, "users.saved");
    const done = await recorded((terminal) =>
      sessionsDelete(stack.resolved, { ...SURE, ...users, saveTo }, terminal, words),
    );
    expect(done).toMatchObject({ exitCode: 0, out: `${id}: deleted 2 keys; ${saveTo} has 2 keys` });
    expect(await stack.redis("EXISTS", "api:key:1", "cache:project:9", "api:users:1")).toBe("2");
    const back = { from: saveTo, replace: false, yes: true, json: false };
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
  const hint = await recorded((terminal) => locksRelease(stack.resolved, { ...DRY, all: true }, terminal));
  expect(hint.err).toContain(
    "nothing was released. Next: add --yes, and --holder DIGEST, as HOLDER says it, to release only what the same one holds then; whoever",
  );
  const listed = await recorded((terminal) =>
    storedList(stack.resolved, { ...NONE, json: true }, terminal, LOCKS_GROUP),
  );
  const rows = listed.out.split("\n").map((line) => JSON.parse(line));
  const digest = rows.find(({ key }) => key === "import:job:1").holder;
  expect(digest).toMatch(/^[0-9a-f]{12}$/);
  expect(listed.output).not.toContain("token");
  const told = await recorded((terminal) => storedList(stack.resolved, NONE, terminal, LOCKS_GROUP));
  expect(told.err).toContain("HOLDER is a digest, as release takes it with --holder. Next: --reveal");
  const revealed = await recorded((terminal) =>
    storedList(stack.resolved, { ...NONE, reveal: true }, terminal, LOCKS_GROUP),
  );
  expect(revealed.err).not.toContain("digest");
  expect(revealed.out).toMatch(/^import:job:2 +token-2 +stays for ever$/m);
  expect(revealed.out).toMatch(/^import:job:3 +uuid:7 +stays for ever$/m);
  expect(revealed.err).toContain("2 locks without a TTL: nobody but a person removes them");

  const held = { ...DRY, holder: digest };
  const all = await recorded((terminal) => locksRelease(stack.resolved, held, terminal));
  expect(all.out).toMatch(
    new RegExp(`^${id}: 1 lock matches with --holder ${digest}\nKEY .*\nimport:job:1 .*$`),
  );
  const one = { ...SURE, key: ["import:job:1"], holder: digest };
  await write(["SET", "import:job:1", "token-new", "EX", 30]);
  const other = await recorded((terminal) => locksRelease(stack.resolved, one, terminal));
  expect(other.out).toBe(
    `${id}: released 0 locks; whoever held one may still be at work; 1 left, which somebody else holds`,
  );
  const others = await recorded((terminal) => locksRelease(stack.resolved, { ...one, yes: false }, terminal));
  expect(others).toMatchObject({ exitCode: 0, err: expect.stringMatching(/ 0 match\nnothing to release$/) });
  await write(["SET", "import:job:1", "token-1", "EX", 30]);
  const dry = await recorded((terminal) => locksRelease(stack.resolved, { ...one, yes: false }, terminal));
  expect(dry.err).toContain(
    `nothing was released. Next: add --yes; only what ${digest} holds then is released; whoever holds a lock is not told`,
  );
  const done = await recorded((terminal) => locksRelease(stack.resolved, one, terminal));
  expect(done.out).toBe(`${id}: released 1 lock; whoever held one may still be at work`);
  expect(done.err).toMatch(
    /^audit: \S+ \S+ locks release --key "import:job:1" --holder \w{12}: released 1 lock$/m,
  );
  expect(await stack.redis("EXISTS", "import:job:1", "import:job:2")).toBe("1");
  await expect(locksRelease(stack.resolved, SURE, silent)).rejects.toThrow(
    "locks release: got no filter, expected which locks are meant",
  );
  await expect(locksRelease(stack.resolved, { ...one, holder: "token-1" }, silent)).rejects.toThrow(
    '--holder: got "token-1", expected 12 hexadecimal digits. Fix: write it as locks list prints it without --reveal',
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
  const whole = { ...NONE, reveal: true };
  const listed = await recorded((terminal) => storedList(stack.resolved, whole, terminal, RATE_LIMITS_GROUP));
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
  const all = ["api:key:counter", "api:key:none1"];
  const flags = { reveal: false, json: true };
  const shown = await Promise.all([
    recorded((terminal) => storedList(stack.resolved, { ...NONE, json: true }, terminal, RATE_LIMITS_GROUP)),
    recorded((terminal) => storedShow(stack.resolved, all, flags, terminal, RATE_LIMITS_GROUP)),
    recorded((terminal) => rateLimitsReset(stack.resolved, { ...DRY, key: all }, terminal)),
    recorded((terminal) => rateLimitsReset(stack.resolved, { ...SURE, key: ["api:key:none1"] }, terminal)),
  ]);
  for (const { output } of shown) {
    expect(output).not.toMatch(/counter|none1/);
    expect(output).toMatch(/api:key:(coun…efe899c74558|none…bbf7fd1d791b)/);
  }
  expect(await stack.redis("DBSIZE")).toBe("5");
});

const silent = { out: () => undefined, err: () => undefined };
