import { parseInfo } from "../../ops/look/info";
import { memoryAdvice } from "../../ops/look/memory-advice";
import {
  type ContainerMemory,
  containerMemoryOf,
  type MemoryNow,
  memoryNow,
} from "../../ops/look/memory-now";
import { memoryNowText } from "../../ops/memory-now-text";

const MIB = 1024 ** 2;
const levels = { warning: 70, critical: 90 };
const limit: ContainerMemory = {
  used: 100 * MIB,
  pageCache: 3 * MIB,
  limit: 629 * MIB,
};

const healthy = memoryNow(
  parseInfo(
    [
      `used_memory:${100 * MIB}`,
      `used_memory_peak:${110 * MIB}`,
      `used_memory_rss:${120 * MIB}`,
      `used_memory_overhead:${10 * MIB}`,
      `used_memory_dataset:${90 * MIB}`,
      `maxmemory:${256 * MIB}`,
      "connected_clients:10",
      "mem_clients_normal:20000",
      "mem_clients_slaves:0",
      "used_memory_scripts_eval:1320",
      "number_of_cached_scripts:3",
      "evicted_keys:1",
      "expired_keys:2",
      "uptime_in_seconds:7200",
      "rdb_bgsave_in_progress:1",
    ].join("\r\n"),
  ),
  limit,
);

const adviceFor = (own: Partial<MemoryNow>) =>
  memoryAdvice({ now: { ...healthy, ...own }, levels, id: "shop-dev" });

test("INFO and the container are put together", () => {
  expect(healthy).toEqual({
    used: 100 * MIB,
    peak: 110 * MIB,
    resident: 120 * MIB,
    fragmentation: 1.2,
    maxmemory: 256 * MIB,
    usedPercent: 39.0625,
    dataset: 90 * MIB,
    overhead: 10 * MIB,
    clients: 10,
    clientBuffers: 20_000,
    replicaBuffers: 0,
    backlog: 0,
    scripts: 1320,
    cachedScripts: 3,
    evictedKeys: 1,
    expiredKeys: 2,
    uptimeSeconds: 7200,
    isForking: true,
    container: limit,
  });
  expect(memoryNow(parseInfo("maxmemory:0"), undefined)).toMatchObject({
    fragmentation: undefined,
    usedPercent: undefined,
    container: undefined,
  });
});

test.each([
  [
    "of version 1",
    { total_inactive_file: 10, total_cache: 30, inactive_file: 7, cache: 9 },
    { used: 90, pageCache: 30 },
  ],
  ["of version 2", { inactive_file: 20, file: 40 }, { used: 80, pageCache: 40 }],
  ["that say no more", {}, { used: 100, pageCache: 0 }],
  ["with more cache than usage", { inactive_file: 200, file: 200 }, { used: 0, pageCache: 200 }],
])("control groups %s are read as docker stats reads them", (_, stats, expected) => {
  expect(containerMemoryOf({ usage: 100, limit: 1000, stats })).toEqual({
    ...expected,
    limit: 1000,
  });
});

test("a container that does not run has no memory", () => {
  expect(containerMemoryOf({})).toBeUndefined();
});

test("the block fits 80 columns and says when a ratio means nothing", () => {
  const configured = { maxmemory: 256 * MIB, levels };
  expect(memoryNowText(healthy, configured, [])).toMatchInlineSnapshot(`
    "now
      used        100.0 MiB   39.1 % of maxmemory (warning 70 %, critical 90 %)
      peak        110.0 MiB   at most since the start, 2 h ago
      resident    120.0 MiB   1.20 times used, with pages of program files, which
                              the container's sum leaves out
      container   100.0 MiB   15.9 % of its limit of 629.0 MiB; page cache 3.0 MiB,
                              of which the kernel takes back what is needed
      since the start: 1 key evicted, 2 keys expired"
  `);
  const other = {
    ...healthy,
    used: 100 * MIB - 1,
    maxmemory: 128 * MIB,
    container: undefined,
  };
  expect(memoryNowText(other, configured, adviceFor({ usedPercent: 90.1 }))).toMatchInlineSnapshot(`
    "now
      used        100.0 MiB   39.1 % of maxmemory, which is 128.0 MiB on the server
                              and 256.0 MiB in the configuration (warning 70 %,
                              critical 90 %)
      peak        110.0 MiB   at most since the start, 2 h ago
      resident    120.0 MiB   1.20 times used, which says nothing below 100 MiB used
      container   not known   the engine does not count it
      since the start: 1 key evicted, 2 keys expired
      ! 90.1 % of maxmemory is used, above 90 % is critical. Next: see who grows
        with bin/redis-ops memory shop-dev --grow 10s, then
        docs/runbooks/memory-exhaustion.md."
  `);
  expect(memoryNowText({ ...healthy, maxmemory: 0, usedPercent: undefined }, configured, [])).toContain(
    "the server has no maxmemory",
  );
});

test.each<[string, Partial<MemoryNow>, Partial<MemoryNow>, string]>([
  [
    "maxmemory-critical",
    { usedPercent: 90.1 },
    { usedPercent: 0 },
    "90.1 % of maxmemory is used, above 90 % is critical",
  ],
  [
    "maxmemory-warning",
    { usedPercent: 70.1 },
    { usedPercent: 70 },
    "70.1 % of maxmemory is used, above 70 % is worth a warning",
  ],
  [
    "maxmemory-warning",
    { usedPercent: 90 },
    { usedPercent: undefined },
    "90.0 % of maxmemory is used, above 70 % is worth a warning",
  ],
  [
    "container-limit",
    { container: { used: 90, pageCache: 0, limit: 100 } },
    { container: { used: 89, pageCache: 0, limit: 100 } },
    "the container uses 90 % of its limit, while a copy is written; at 100 % the kernel kills",
  ],
  [
    "swap",
    { fragmentation: 0.94, resident: 94 * MIB },
    { fragmentation: 0.95 },
    "only 94.0 MiB of 100.0 MiB is in memory: the rest was swapped out",
  ],
  [
    "peak",
    { peak: 151 * MIB, fragmentation: 3 },
    { peak: 150 * MIB },
    "the peak was 151.0 MiB, and 100.0 MiB is used now: the process keeps pages of then",
  ],
  [
    "fragmentation",
    { fragmentation: 1.51, resident: 151 * MIB },
    { fragmentation: 1.5 },
    "1.51 times the data is resident: 51.0 MiB cannot be used",
  ],
  [
    "client-buffers",
    { clientBuffers: 2_048_001 },
    { clientBuffers: 2_048_000 },
    "10 clients have 2.0 MiB of buffers, 200.0 KiB each",
  ],
  [
    "replica-buffers",
    { replicaBuffers: 10 * MIB + 1 },
    { replicaBuffers: 10 * MIB },
    "replicas, or a backup, have 10.0 MiB that they have not read",
  ],
  [
    "scripts",
    { cachedScripts: 1001 },
    { cachedScripts: 1000 },
    "1001 scripts are kept, in 1.3 KiB; they go at a restart only",
  ],
  [
    "scripts",
    { scripts: 10 * MIB + 1 },
    { scripts: 10 * MIB },
    "3 scripts are kept, in 10.0 MiB; they go at a restart only",
  ],
  [
    "overhead",
    { overhead: 50 * MIB + 1 },
    { overhead: 50 * MIB },
    "50 % of what is used is not data: entries of many small keys, or buffers",
  ],
])("%s is told from its edge on", (id, beyond, before, saw) => {
  expect(adviceFor(beyond).map((advice) => ({ id: advice.id, saw: advice.saw }))).toEqual([{ id, saw }]);
  expect(adviceFor(before)).toEqual([]);
});

test("ratios of little data are not told", () => {
  const little = { used: 100 * MIB - 1, peak: 300 * MIB, overhead: 90 * MIB };
  expect(adviceFor({ ...little, fragmentation: 3 })).toEqual([]);
  expect(adviceFor({ ...little, fragmentation: 0.5 })).toEqual([]);
});
