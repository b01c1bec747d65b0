import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();

// The limit alone is looked at here: no engine answers.
beforeEach(() => {
  process.env.DOCKER_HOST = "unix:///none";
});

test("memory --json gives scripts bytes, and the sum of the parts is the limit", async () => {
  const { exitCode, out } = await redisOps("memory", "shop-prod", "--json");
  expect(exitCode).toBe(0);
  const budget = JSON.parse(out);
  expect(budget).toMatchInlineSnapshot(`
    {
      "clients": {
        "busyPercent": 18,
        "idlePercent": 2,
        "maxclients": 10000,
      },
      "leftOverBytes": 419431,
      "limit": {
        "bytes": 4793040896,
        "kind": "derived",
        "note": "2.2 × maxmemory + 65 MiB",
      },
      "lines": [
        {
          "bytes": 1503238553,
          "name": "warning",
          "what": "70 % of maxmemory: somebody is told.",
        },
        {
          "bytes": 1932735283,
          "name": "critical",
          "what": "90 % of maxmemory: somebody is woken.",
        },
        {
          "bytes": 2147483648,
          "name": "maxmemory",
          "what": "noeviction. Nothing is evicted: writes that need memory are refused with OOM, and reads go on.",
        },
        {
          "bytes": 4793040896,
          "name": "limit",
          "what": "the kernel kills. While a snapshot or rewrite is written, oom-score-adj makes it the child: the server lives on, and refuses writes until a snapshot succeeds, where there are save points. At other times it is Redis, and Docker starts it again with what is on disk.",
        },
      ],
      "maxmemory": {
        "bytes": 2147483648,
        "kind": "service",
      },
      "now": {
        "unknown": "docker: got no answer from unix:///none, expected a running Docker engine. Fix: start Docker (bin/up does it on Debian and Ubuntu), or set DOCKER_HOST.",
      },
      "parts": [
        {
          "bytes": 2147483648,
          "fixedBytes": 0,
          "name": "dataset",
          "percentOfMaxmemory": 100,
          "why": "What maxmemory counts: keys, values and what Redis knows about them, and the buffers of clients.",
        },
        {
          "bytes": 429496729,
          "fixedBytes": 0,
          "name": "fragmentation",
          "percentOfMaxmemory": 20,
          "why": "1.05 to 1.13 times the data was resident with values of one size; while no copy is made, its room is there too.",
        },
        {
          "bytes": 2147483648,
          "fixedBytes": 0,
          "name": "copy-on-write",
          "percentOfMaxmemory": 100,
          "why": "BGSAVE and BGREWRITEAOF fork: with every key rewritten meanwhile, 1.01 times maxmemory was copied.",
        },
        {
          "bytes": 33554432,
          "fixedBytes": 33554432,
          "name": "AOF rewrite",
          "percentOfMaxmemory": 0,
          "why": "Its copy is the one above, since it never runs beside a snapshot. Writes that wait for a busy disk come on top.",
        },
        {
          "bytes": 0,
          "fixedBytes": 0,
          "name": "client buffers",
          "percentOfMaxmemory": 0,
          "why": "Counted within maxmemory, so that they push out data and not the server.",
        },
        {
          "bytes": 1048576,
          "fixedBytes": 1048576,
          "name": "replication backlog",
          "percentOfMaxmemory": 0,
          "why": "repl-backlog-size, for the first replica. What a slow replica has not read beyond it, maxmemory does not count.",
        },
        {
          "bytes": 33554432,
          "fixedBytes": 33554432,
          "name": "base",
          "percentOfMaxmemory": 0,
          "why": "An empty server with 9,990 idle connections took 31.8 MiB, half of it in the kernel.",
        },
      ],
      "persistent": true,
      "stack": "shop-prod",
    }
  `);
  const parts: readonly { readonly bytes: number }[] = budget.parts;
  expect(parts.reduce((sum, { bytes }) => sum + bytes, budget.leftOverBytes)).toBe(budget.limit.bytes);
});
