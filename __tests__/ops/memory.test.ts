import { stripVTControlCharacters } from "node:util";
import type { MaxmemoryPolicy } from "../../core/redis-stack-props";
import { memory } from "../../ops/commands/memory";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { recorded } from "../support/recorded";
import { redisOps } from "../support/recording-terminal";
import { type StackOptions, shopStack, template } from "../support/stack-fixtures";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();

// The limit alone is looked at here: no engine answers.
beforeEach(() => {
  process.env.DOCKER_HOST = "unix:///none";
});

const shown = async (options: StackOptions) =>
  (await recorded((terminal) => memory(shopStack("dev", options), { json: false }, terminal))).out;

const volatile: StackOptions["service"] = {
  stores: [{ kind: "cache", keys: "page:*", ttl: "1 h", lossAcceptable: true }],
  maxmemoryPolicy: "allkeys-lru",
  persistence: { appendonly: false, save: [] },
};

test("memory shows the arithmetic of a derived limit", async () => {
  const { exitCode, out, err } = await redisOps("memory", "shop-prod");
  expect({ exitCode, err }).toEqual({
    exitCode: 0,
    err: "the server was not seen. Next: look with bin/redis-ops diagnose shop-prod",
  });
  expect(out).toMatchInlineSnapshot(`
    "shop-prod: maxmemory 2 GiB is given, limit 4571 MiB is derived: 2.2 × maxmemory
    + 65 MiB

                             W      C   M                                        L
      ███████████████████████████████▓▓▓▓▓▓▓▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒░+#.

         PART                       AMOUNT  OF LIMIT  HOW
      █  dataset                  2048 MiB    44.8 %  1 × maxmemory
      ▓  fragmentation           409.6 MiB     9.0 %  0.2 × maxmemory
      ▒  copy-on-write            2048 MiB    44.8 %  1 × maxmemory
      ░  AOF rewrite                32 MiB     0.7 %  32 MiB
         client buffers              0 MiB     0.0 %
      +  replication backlog         1 MiB     0.0 %  1 MiB
      #  base                       32 MiB     0.7 %  32 MiB
      .  left over                 0.4 MiB     0.0 %
         limit                    4571 MiB   100.0 %

      W  1433.6 MiB   warning: 70 % of maxmemory: somebody is told.
      C  1843.2 MiB   critical: 90 % of maxmemory: somebody is woken.
      M  2048 MiB     maxmemory: noeviction. Nothing is evicted: writes that need
                      memory are refused with OOM, and reads go on.
      L  4571 MiB     limit: the kernel kills. While a snapshot or rewrite is
                      written, oom-score-adj makes it the child: the server lives
                      on, and refuses writes until a snapshot succeeds, where there
                      are save points. At other times it is Redis, and Docker starts
                      it again with what is on disk.

    maxclients 10000: idle they take 2 % of maxmemory, all of them busy at once 18
    %.

      dataset              What maxmemory counts: keys, values and what Redis knows
                           about them, and the buffers of clients.
      fragmentation        1.05 to 1.13 times the data was resident with values of
                           one size; while no copy is made, its room is there too.
      copy-on-write        BGSAVE and BGREWRITEAOF fork: with every key rewritten
                           meanwhile, 1.01 times maxmemory was copied.
      AOF rewrite          Its copy is the one above, since it never runs beside a
                           snapshot. Writes that wait for a busy disk come on top.
      client buffers       Counted within maxmemory, so that they push out data and
                           not the server.
      replication backlog  repl-backlog-size, for the first replica. What a slow
                           replica has not read beyond it, maxmemory does not count.
      base                 An empty server with 9,990 idle connections took 31.8
                           MiB, half of it in the kernel.

    now: not known: docker: got no answer from unix:///none, expected a running
         Docker engine. Fix: start Docker (bin/up does it on Debian and Ubuntu), or
         set DOCKER_HOST."
  `);
});

test("memory shows that data which is never written to disk needs no room for a copy", async () => {
  expect(await shown({ service: volatile })).toMatchInlineSnapshot(`
    "shop-dev: maxmemory 256 MiB is given, limit 629 MiB is derived: 2.2 × maxmemory
    + 65 MiB

                           W     C  M                                            L
      ███████████████████████████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓cccc####.

         PART                       AMOUNT  OF LIMIT  HOW
      █  dataset                   256 MiB    40.7 %  1 × maxmemory
      ▓  fragmentation           307.2 MiB    48.8 %  1.2 × maxmemory
         copy-on-write               0 MiB     0.0 %
         AOF rewrite                 0 MiB     0.0 %
      c  client buffers             33 MiB     5.2 %  33 MiB
         replication backlog         0 MiB     0.0 %
      #  base                       32 MiB     5.1 %  32 MiB
      .  left over                 0.8 MiB     0.1 %
         limit                     629 MiB   100.0 %

      W  179.2 MiB    warning: 70 % of maxmemory: somebody is told.
      C  230.4 MiB    critical: 90 % of maxmemory: somebody is woken.
      M  256 MiB      maxmemory: allkeys-lru. The key that was not used for longest
                      goes, whatever it is: beside a cache 145 of 200 sessions went.
      L  629 MiB      limit: the kernel kills Redis, and Docker starts it again,
                      empty.

    maxclients 3542: idle they take 4 % of maxmemory, all of them busy at once 50 %.

      dataset              What maxmemory counts: keys, values and what Redis knows
                           about them, and the buffers of clients.
      fragmentation        1.03 to 1.10 times the data was resident while values
                           kept their sizes; 2.1 times when all sizes changed at
                           once.
      copy-on-write        Nothing is written to disk, so nothing forks.
      AOF rewrite          There is no append-only file.
      client buffers       Counted within maxmemory; what many clients send at once
                           is there before Redis evicts for it.
      replication backlog  No replica: a server that starts empty would empty it
                           too.
      base                 An empty server with 9,990 idle connections took 31.8
                           MiB, half of it in the kernel.

    now: not known: docker: got no answer from unix:///none, expected a running
         Docker engine. Fix: start Docker (bin/up does it on Debian and Ubuntu), or
         set DOCKER_HOST."
  `);
});

test("memory says which of the two was given", async () => {
  const first = async (memoryOf: NonNullable<StackOptions["deployment"]>["memory"]) =>
    (await shown({ deployment: { memory: memoryOf ?? {} } })).split("\n\n")[0]?.replace(/\n/g, " ");
  expect(await first({ maxmemory: "64 MiB" })).toBe(
    "shop-dev: maxmemory 64 MiB is given, limit 206 MiB is derived: 2.2 × maxmemory + 65 MiB",
  );
  expect(await first({ limit: "206 MiB" })).toBe(
    "shop-dev: limit 206 MiB is given, maxmemory 64 MiB is derived: (limit - 65 MiB) / 2.2",
  );
  expect(await first({ maxmemory: "64 MiB", limit: "1 GiB" })).toBe(
    "shop-dev: maxmemory 64 MiB and limit 1 GiB are given; 2.2 × maxmemory + 65 MiB would be 206 MiB",
  );
});

test("memory shows what is left over, and what is missing", async () => {
  const both = (limit: "1 GiB" | "300 MiB") =>
    shown({ deployment: { memory: { maxmemory: "128 MiB", limit } } });
  expect(await both("1 GiB")).toMatch(/^ {2}\. {2}left over +677\.4 MiB +66\.2 %$/m);
  const missing = await both("300 MiB");
  expect(missing).toMatch(/^ {5}missing +-46\.6 MiB +-15\.5 % +the limit is less than its parts$/m);
  expect(missing).not.toContain("left over");
  const [, letters = ""] = missing.split("\n\n");
  // 300 of 346.6 MiB.
  expect(letters.indexOf("L")).toBe(2 + Math.floor((300 / 346.6) * 76));
});

test("memory puts the reservation among the lines, lowest first", async () => {
  const out = await shown({
    deployment: { memory: { maxmemory: "256 MiB", reservation: "200 MiB" } },
  });
  expect([...out.matchAll(/^ {2}([A-Z]) {2}([\d.]+ MiB) +(\w+):/gm)].map(([, ...words]) => words)).toEqual([
    ["W", "179.2 MiB", "warning"],
    ["R", "200 MiB", "reservation"],
    ["C", "230.4 MiB", "critical"],
    ["M", "256 MiB", "maxmemory"],
    ["L", "629 MiB", "limit"],
  ]);
});

test("memory knows the thresholds of the service", async () => {
  const out = await shown({
    service: { thresholds: { memory: { warning: 50, critical: 75 } } },
  });
  expect(out).toContain("  W  128 MiB      warning: 50 % of maxmemory: somebody is told.");
  expect(out).toContain("  C  192 MiB      critical: 75 % of maxmemory: somebody is woken.");
});

test.each<[MaxmemoryPolicy, string]>([
  ["noeviction", "Every write would be refused"],
  ["allkeys-lru", "They would push out all data"],
])("memory says what clients do to data under %s", async (maxmemoryPolicy, words) => {
  const clients = async (maxclients: number) => {
    const out = await shown({
      service: { ...volatile, maxmemoryPolicy, maxclients },
    });
    return out.split("\n\n")[4]?.replace(/\n/g, " ");
  };
  expect(await clients(10_000)).toBe(
    `maxclients 10000: idle they take 9 % of maxmemory, all of them busy at once 142 %. ${words}; maxclients 3542 would keep them to half.`,
  );
  expect(await clients(1000)).toBe(
    "maxclients 1000: idle they take 1 % of maxmemory, all of them busy at once 15 %.",
  );
});

test("memory has colours where there are some, and fits 80 columns", async () => {
  const out: string[] = [];
  await memory(
    shopStack("dev"),
    { json: false },
    { out: (text) => out.push(text), err: () => undefined, hasColors: true },
  );
  expect(out.join("\n")).toContain("\u001b[36m▒");
  const plain = await shown({});
  expect(stripVTControlCharacters(out.join("\n"))).toBe(plain);
  expect(Math.max(...plain.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
});

test("what memory says of the limit stands in redis.conf.tpl", () => {
  expect(template).toMatch(/^oom-score-adj relative$/m);
});

test("memory refuses an unknown stack", async () => {
  const { exitCode, err } = await redisOps("memory", "shop-prd");
  expect({ exitCode, err }).toEqual({
    exitCode: 2,
    err:
      "1 problem, nothing was changed\n" +
      '  stack: got "shop-prd", expected one of cache-dev, shop-dev, shop-prod. ' +
      'Fix: did you mean "shop-prod"? Use that name.',
  });
});
