import { join } from "node:path";
import { prospectflow } from "../../config/services/prospectflow";
import { Duration } from "../../core/duration";
import { type MemoryOptions, memory } from "../../ops/commands/memory";
import type { PrefixShare } from "../../ops/look/memory-tally";
import { recorded } from "../support/recorded";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

let scratch: Scratch;
let stack: TestStack;

const KEYS = { sample: 10_000, all: false };

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, prospectflow, "prod");
  await stack.becomeHealthy();
  await lua(
    'for i = 1, 2000 do redis.call("SET", "session:" .. i, string.rep("x", i % 100), "EX", 1800) end',
    'redis.call("SET", "session:\\255\\n", "forever")',
    'for i = 1, 5000 do redis.call("RPUSH", "rq:queue:default", 1) end',
    'redis.call("SET", "report:2026:11", string.rep("x", 1000000), "EX", 590)',
  );
});

afterAll(() => scratch.remove());

const lua = (...lines: readonly string[]) => stack.redis("EVAL", lines.join(" "), "0");

const run = (options: MemoryOptions) => recorded((terminal) => memory(stack.resolved, options, terminal));

const data = async (options: Omit<MemoryOptions, "json">) => {
  const { exitCode, out } = await run({ ...options, json: true });
  expect(exitCode).toBe(0);
  return JSON.parse(out);
};

test("memory shows what the running server and its container use, behind what the limit is for", async () => {
  const { now, ...budget } = await data({});
  expect(now).toMatchObject({
    maxmemory: 64 * 1024 ** 2,
    evictedKeys: 0,
    container: { limit: budget.limit.bytes },
    advice: [],
  });
  expect(now.usedPercent).toBeCloseTo((100 * now.used) / now.maxmemory);
  expect(now.container.used).toBeGreaterThan(1024 ** 2);
  const { out } = await run({ json: false });
  expect(out).toMatch(
    /^now\n {2}used +\d\.\d MiB {2,}\d+\.\d % of maxmemory \(warning 70 %, critical 90 %\)$/m,
  );
  expect(out).toMatch(/^ {2}container +\d+\.\d MiB {2,}\d+\.\d % of its limit of 206\.0 MiB/m);
});

test("every key is counted once, by bytes and not by elements, under a password and with renamed commands", async () => {
  const hits = await hitsOf();
  const { keys } = await data({ keys: KEYS });
  expect(keys).toMatchObject({ database: 0, keys: 2003, looked: 2003, exact: true });
  expect(await hitsOf()).toBe(hits + 2 * 2003);
  const prefixes = keys.prefixes.map(({ prefix, store, keys: count, withoutTtl }: PrefixShare) => [
    prefix,
    store,
    count.value,
    withoutTtl.value,
  ]);
  expect(prefixes).toEqual([
    ["report:*:*", undefined, 1, 0],
    ["session:*", { kind: "sessions", ttl: "24 h" }, 2001, 1],
    ["rq:queue:*", undefined, 1, 1],
  ]);
  expect(keys.biggest[0]).toMatchObject({ key: "report:2026:11", type: "string" });
  expect(keys.biggest[0].bytes).toBeGreaterThan(1_000_000);
  expect(keys.biggest[1]).toMatchObject({ key: "rq:queue:default", type: "list" });
  expect(
    keys.ttl.map(({ ttl, keys: { value } }: { ttl: string; keys: { value: number } }) => [ttl, value]),
  ).toEqual([
    ["< 1 min", 0],
    ["< 10 min", 1],
    ["< 1 h", 2000],
    ["< 1 d", 0],
    ["longer", 0],
    ["none", 2],
  ]);
  expect(await stack.redis("INFO", "commandstats")).not.toContain("cmdstat_keys");
});

test("a sample comes near to all of it, and says how near", async () => {
  const { keys } = await data({ keys: { sample: 500, all: false } });
  expect(keys).toMatchObject({ keys: 2003, looked: 500, exact: false });
  const sessions = keys.prefixes.find(({ prefix }: { prefix: string }) => prefix === "session:*");
  // Wrong once in 10^14 by chance.
  expect(Math.abs(sessions.keys.value - 2001)).toBeLessThanOrEqual(4 * Math.max(sessions.keys.error, 2));
  const small = await data({ keys: { sample: 2002, all: true } });
  expect(small.keys.exact).toBe(true);
});

test("what has grown since an earlier look, or while one waits, is told", async () => {
  const file = join(scratch.folder, "monday.json");
  await data({ keys: { ...KEYS, saveTo: file } });
  await lua('for i = 1, 700 do redis.call("SET", "session:new" .. i, "x", "EX", 90000) end');
  const { growth } = await data({ keys: { ...KEYS, since: file } });
  expect(growth.keys).toBe(700);
  expect(growth.prefixes[0]).toMatchObject({ prefix: "session:*", keys: { value: 700, error: 0 } });
  const { out, err } = await run({ json: false, keys: { ...KEYS, grow: Duration.seconds(1) } });
  expect(out).toContain("in 1 s: 0 keys\n\n3 prefixes without a change that can be seen.");
  expect(err).toBe("looked once, and again in 1 s");
});

test("names of keys reach nobody's terminal as they are, and a server that is away is told", async () => {
  const { out } = await run({ json: false, keys: KEYS });
  expect(out).toContain(
    "! session:*: 1 without a TTL, and config/services says 24 h: they stay until\n    somebody deletes them.",
  );
  await lua('redis.call("SET", "session:\\255\\n\\27[2J", string.rep("y", 2000000))');
  const escaped = await run({ json: false, keys: KEYS });
  expect(escaped.out).toContain('"session:\\xff\\x0a\\x1b[2J"');
  expect(escaped.out).not.toContain("\u001b");
  await stack.container.stop();
  const away = await run({ json: false });
  const { containerName } = stack.props.server;
  const why = `${stack.resolved.id} container ${containerName}: got exited, expected a running server`;
  expect(away.exitCode).toBe(0);
  expect(away.out.replace(/\n {5}/g, " ")).toContain(`\n\nnow: not known: ${why}`);
  await expect(run({ json: false, keys: KEYS })).rejects.toThrow(why);
});

async function hitsOf(): Promise<number> {
  return Number(/^keyspace_hits:(\d+)/m.exec(await stack.redis("INFO", "stats"))?.[1]);
}
