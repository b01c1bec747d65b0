import { Duration } from "../../../core/duration";
import type { Facts } from "../../../ops/diagnose/facts";
import { findingsOf, takeSteps } from "../../../ops/diagnose/findings";
import { INCIDENTS } from "../../../ops/diagnose/incidents";
import { type Changes, DOWN, factsWith, NOW } from "../../support/diagnose-facts";

const MIB = 1024 ** 2;
/** When the fixture's container was started. */
const START = NOW - 3_600_000;
const { props } = factsWith();
const down = (container: NonNullable<Changes["container"]>, log: readonly string[] = []): Changes => ({
  container,
  log,
  facts: DOWN,
});
const answer = (
  kind: "loading" | "busy" | "misconf" | "denied" | "max-clients" | "refused" | "silence" | "other",
  said: string,
  more: Partial<Facts> = {},
) => ({
  facts: { answer: { value: { kind, said } }, ...more },
});
const noAof = {
  server: { ...props.server, persistence: { ...props.server.persistence, appendonly: false } },
};
const BUSY = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
const BUSY_FUNCTION =
  "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
const ENDED = { status: "exited", exitCode: 1 } as const;
const thresholds = (changes: Partial<typeof props.thresholds>) => ({
  thresholds: { ...props.thresholds, ...changes },
});

/**
 * What has to be seen for every outcome of every step, and in which words it is told. One table, however long: the test
 * below it asks for a row of each.
 */
const CASES: readonly (readonly [id: string, changes: Changes, saw: string])[] = [
  ["stopped/not-deployed", down("none"), "the engine has no container shop-prod"],
  ["stopped/paused", down({ status: "paused" }), "paused"],
  [
    "stopped/exited",
    down({ status: "exited", exitCode: 0 }),
    "exited, exit code 0, 1 h ago (2026-11-21 10:59:00 UTC)",
  ],
  [
    "stopped/exited",
    down({ status: "exited", exitCode: 143 }),
    "exited, exit code 143, 1 h ago (2026-11-21 10:59:00 UTC)",
  ],
  [
    "stopped/killed",
    down({ status: "exited", exitCode: 137 }),
    "exited, exit code 137, 1 h ago (2026-11-21 10:59:00 UTC)",
  ],
  ["stopped/ended", down(ENDED), "exited, exit code 1, 1 h ago (2026-11-21 10:59:00 UTC)"],
  [
    "stopped/looping",
    down({ status: "restarting", exitCode: 78, restartCount: 3 }),
    "restarting, 3 restarts, last exit code 78, 1 h ago (2026-11-21 10:59:00 UTC)",
  ],
  ["stopped/not-started", down({ status: "created" }), "created"],
  [
    "cannot-start/secrets",
    down(ENDED, [
      "redis-start: /run/secrets: got no usable redis_password, expected every secret. Fix: run bin/redis-ops secrets init.",
    ]),
    "the log of its last start says so",
  ],
  [
    "cannot-start/data-refused",
    down(ENDED, ["redis-start: /data: got dump.rdb with data, expected what is to be loaded. Fix: deploy."]),
    "the log of its last start says so",
  ],
  [
    "cannot-start/newer-data",
    down(ENDED, ["1:M # Can't handle RDB format version 12"]),
    "the log of its last start says so",
  ],
  [
    "cannot-start/renamed-command",
    down(ENDED, ["1:M # Unknown command 'flushall' reading the append only file appendonly.aof.1.incr.aof"]),
    "the log of its last start says so",
  ],
  [
    "cannot-start/config",
    down(ENDED, ["*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***"]),
    "the log of its last start says so",
  ],
  [
    "cannot-start/port",
    down({
      status: "created",
      error: "driver failed: Bind for 127.0.0.1:6379 failed: port is already allocated",
    }),
    "the log of its last start says so",
  ],
  [
    "cannot-start/bad-secrets",
    {
      facts: {
        secrets: { value: [{ volume: "shop-prod-secrets", file: "redis_password", state: "too short" }] },
      },
    },
    "1 of 1",
  ],
  [
    "out-of-memory-kill/killed",
    down({ status: "exited", exitCode: 137, oomKilled: true }),
    "OOMKilled true, exit code 137, 0 restarts, 0 kills told by the engine in 24 hours",
  ],
  [
    "out-of-memory-kill/child-killed",
    { inside: { oomKills: 1 }, log: ["1:M # Background saving terminated by signal 9"] },
    "OOMKilled false, exit code 0, 0 restarts, 0 kills told by the engine in 24 hours, 1 since it was started",
  ],
  [
    "out-of-memory-kill/before",
    { facts: { oomEvents: { value: [START - 2, START - 1] } } },
    "OOMKilled false, exit code 0, 0 restarts, 2 kills told by the engine in 24 hours",
  ],
  [
    "out-of-memory-kill/before",
    { container: { oomKilled: true, exitCode: 137 } },
    "OOMKilled true, exit code 137, 0 restarts, 0 kills told by the engine in 24 hours",
  ],
  [
    "out-of-memory-kill/before",
    { container: { oomKilled: true, exitCode: 137, restartCount: 3 } },
    "OOMKilled true, exit code 137, 3 restarts, 0 kills told by the engine in 24 hours",
  ],
  [
    "out-of-memory-kill/restarted",
    { container: { oomKilled: true, exitCode: 137, restartCount: 3, startedAt: START + 1 } },
    "OOMKilled true, exit code 137, 3 restarts, 0 kills told by the engine in 24 hours",
  ],
  [
    "out-of-memory-kill/child-killed",
    { inside: { oomKills: 0 }, facts: { oomEvents: { value: [START - 1, START] } } },
    "OOMKilled false, exit code 0, 0 restarts, 2 kills told by the engine in 24 hours, 1 since it was started",
  ],
  [
    "out-of-memory-kill/limit-lowered",
    { container: { memoryLimit: 64 * MIB } },
    "64.0 MiB, configured 629.0 MiB",
  ],
  [
    "out-of-memory-kill/host-short",
    { inside: { memTotal: 1000 * MIB, memAvailable: 49 * MIB } },
    "49.0 MiB of 1000.0 MiB are available",
  ],
  ["out-of-memory-kill/overcommit", { inside: { overcommit: "0" } }, "0"],
  [
    "unresponsive/stopped-process",
    { inside: { processState: "T" }, ...answer("silence", "no answer within 8 s") },
    "no answer, and process 1 is in state T",
  ],
  [
    "unresponsive/disk-wait",
    { inside: { processState: "D" }, ...answer("silence", "no answer within 8 s") },
    "no answer within 8 s; process 1 is in state D",
  ],
  [
    "unresponsive/silent",
    { inside: { processState: "R" }, ...answer("silence", "no answer within 8 s") },
    "no answer within 8 s; process 1 is in state R",
  ],
  [
    "unresponsive/loading",
    {
      info: { loading_loaded_perc: "40.61", loading_eta_seconds: "75" },
      ...answer("loading", "LOADING Redis is loading"),
    },
    "LOADING, 40 % done, about 1 min more",
  ],
  [
    "unresponsive/no-listener",
    answer("refused", "Could not connect to Redis at 127.0.0.1:6379: Connection refused"),
    "Could not connect to Redis at 127.0.0.1:6379: Connection refused",
  ],
  ["unresponsive/strange", answer("other", "ERR unknown command 'PING'"), "ERR unknown command 'PING'"],
  ["unresponsive/unhealthy", { container: { health: "unhealthy", probe: "a\nb" } }, "unhealthy"],
  [
    "unresponsive/no-network",
    { container: { networks: ["bridge"] } },
    "it is in bridge, and not in shop-prod-network",
  ],
  ["hung-script/script", answer("busy", BUSY), BUSY],
  ["hung-script/script-without-aof", { props: noAof, ...answer("busy", BUSY) }, BUSY],
  ["hung-script/function", answer("busy", BUSY_FUNCTION), BUSY_FUNCTION],
  ["hung-script/function-without-aof", { props: noAof, ...answer("busy", BUSY_FUNCTION) }, BUSY_FUNCTION],
  ["access-denied/ops-refused", answer("denied", "AUTH failed: WRONGPASS"), "AUTH failed: WRONGPASS"],
  [
    "access-denied/file-changed",
    { facts: { passwords: { value: [{ user: "default", file: "redis_password", isSame: false }] } } },
    "1 of 1",
  ],
  [
    "access-denied/refused",
    { facts: { aclLog: { value: [{ user: "default", address: "10.0.0.7", count: 12, secondsAgo: 3599 }] } } },
    "12 times",
  ],
  [
    "rejected-connections/full",
    answer("max-clients", "ERR max number of clients reached"),
    "ERR max number of clients reached",
  ],
  ["rejected-connections/nearly", { info: { connected_clients: "9000" } }, "9000 of 10000"],
  ["rejected-connections/before", { info: { rejected_connections: "5" } }, "4 of 10000; 5 were rejected"],
  [
    "rejected-connections/lowered",
    { info: { maxclients: "999" } },
    `999, configured ${props.server.maxclients}`,
  ],
  [
    "rejected-connections/many",
    { props: thresholds({ connectedClients: { warning: 3, critical: 9 } }) },
    "4, threshold 3",
  ],
  [
    "blocked-clients/blocked",
    { props: thresholds({ blockedClients: { warning: 0, critical: 9 } }), info: { blocked_clients: "1" } },
    "1, threshold 0",
  ],
  [
    "slow-commands/slow",
    {
      facts: {
        slowlog: {
          value: [
            {
              at: NOW - 899_000,
              microseconds: 100_000,
              command: "KEYS with 1 argument",
              client: "app at 10.0.0.7:1",
            },
          ],
        },
      },
    },
    "1 of the newest 1",
  ],
  [
    "slow-commands/once",
    {
      facts: {
        slowlog: { value: [{ at: NOW, microseconds: 99_999, command: "KEYS with 1 argument", client: "" }] },
      },
    },
    "1 of the newest 1",
  ],
  [
    "slow-commands/once",
    {
      props: { server: { ...props.server, slowlogLogSlowerThan: Duration.seconds(0) } },
      facts: {
        slowlog: {
          value: [10_000, 9999].map((microseconds) => ({
            at: NOW,
            microseconds,
            command: "KEYS",
            client: "",
          })),
        },
      },
    },
    "1 of the newest 2; slowlog-log-slower-than is 0, which keeps every command",
  ],
  ["slow-commands/throttled", { inside: { cpuPeriods: 100, cpuThrottled: 11 } }, "11 of 100 periods"],
  ["slow-commands/slow-fork", { info: { latest_fork_usec: "500001" } }, "500.0 ms"],
  [
    "hit-ratio/low",
    {
      props: thresholds({ hitRatio: { warning: 90, critical: 70 } }),
      info: { keyspace_hits: "699", keyspace_misses: "301" },
    },
    "69.9 % of 1000 reads, threshold 70 %",
  ],
  [
    "hit-ratio/lower",
    {
      props: thresholds({ hitRatio: { warning: 90, critical: 70 } }),
      info: { keyspace_hits: "700", keyspace_misses: "300" },
    },
    "70.0 % of 1000 reads, threshold 90 %",
  ],
  [
    "memory-exhaustion/full",
    { info: { used_memory: `${254 * MIB}` } },
    "254.0 MiB of 256.0 MiB (99 %), noeviction",
  ],
  [
    "memory-exhaustion/critical",
    { info: { used_memory: `${250 * MIB}` } },
    "250.0 MiB of 256.0 MiB (98 %), noeviction, threshold 90 %",
  ],
  [
    "memory-exhaustion/warning",
    { info: { used_memory: `${220 * MIB}` } },
    "220.0 MiB of 256.0 MiB (86 %), noeviction, threshold 70 %",
  ],
  ["memory-exhaustion/unlimited", { info: { maxmemory: "0" } }, "maxmemory 0"],
  [
    "memory-exhaustion/lowered",
    { info: { maxmemory: `${64 * MIB}` } },
    "64.0 MiB, noeviction; configured 256.0 MiB, noeviction",
  ],
  [
    "memory-exhaustion/drift",
    { info: { maxmemory_policy: "allkeys-lru" } },
    "256.0 MiB, allkeys-lru; configured 256.0 MiB, noeviction",
  ],
  [
    "memory-exhaustion/fragmented",
    { info: { allocator_frag_bytes: `${101 * MIB}` } },
    "101.0 MiB beside 64.0 MiB",
  ],
  ["memory-exhaustion/buffers", { info: { mem_clients_normal: `${26 * MIB}` } }, "26.0 MiB"],
  ["memory-exhaustion/container-full", { inside: { memoryUsed: 567 * MIB } }, "567.0 MiB of 629.0 MiB"],
  [
    "backup-overdue/no-room",
    {
      facts: {
        scheduleLog: { value: [{ at: NOW, text: "redis-backup: shop-prod: got 5 bytes free, expected 9" }] },
      },
    },
    "its log ends with that",
  ],
  [
    "data-corruption/cut-at-start",
    { log: ["!!! Truncating the AOF appendonly.aof.1.incr.aof at offset 88 !!!"] },
    "the log of its start says so",
  ],
  [
    "evictions/kept-now",
    { info: { evicted_keys: "7", maxmemory_policy: "volatile-lru" }, facts: { evictedLater: { value: 9 } } },
    "9 since the start, 2 of them in the last second",
  ],
  [
    "evictions/kept-before",
    { info: { evicted_keys: "7", maxmemory_policy: "volatile-lru", used_memory: `${0.9 * 256 * MIB}` } },
    "7 since the start",
  ],
  [
    "evictions/kept-once",
    { info: { evicted_keys: "7", maxmemory_policy: "volatile-lru", used_memory: `${0.89 * 256 * MIB}` } },
    "7 since the start",
  ],
  [
    "evictions/cache",
    {
      props: { stores: [{ kind: "cache", keys: "c:*", ttl: Duration.seconds(60), lossAcceptable: true }] },
      info: { evicted_keys: "101" },
    },
    "101 since the start",
  ],
  ["persistence-failure/aof-write", { info: { aof_last_write_status: "err" } }, "aof_last_write_status:err"],
  [
    "persistence-failure/misconf",
    { info: { rdb_last_bgsave_status: "err" }, log: ["1:M # Background saving error"] },
    "rdb_last_bgsave_status:err",
  ],
  [
    "persistence-failure/rewrite",
    { info: { aof_last_bgrewrite_status: "err" } },
    "aof_last_bgrewrite_status:err",
  ],
  [
    "persistence-failure/fork",
    {
      info: { rdb_last_bgsave_status: "err" },
      log: ["1:M # Can't save in background: fork: Cannot allocate memory"],
    },
    "its log says so",
  ],
  ["persistence-failure/aof-off", { info: { aof_enabled: "0" } }, "aof_enabled:0"],
  ["persistence-failure/aof-on", { props: noAof }, "aof_enabled:1"],
  [
    "persistence-failure/slow-fsync",
    { log: ["1:M * Asynchronous AOF fsync is taking too long (disk is busy?)."] },
    "its log says so",
  ],
  ["disk-full/full", { volume: { free: 51 * MIB } }, "51.0 MiB of 10.0 GiB are free"],
  ["disk-full/full-and-down", { ...down(ENDED), volume: { free: 0 } }, "0 B of 10.0 GiB are free"],
  ["disk-full/inodes", { volume: { freeInodes: 0 } }, "5.0 GiB of 10.0 GiB are free, and 0 inodes"],
  [
    "disk-full/short",
    { volume: { free: 59 * MIB } },
    "59.0 MiB of 10.0 GiB are free, and the data has 60.0 MiB",
  ],
  ["disk-full/unwritable", { volume: { unwritable: ["/data"] } }, "user 999 cannot write to /data"],
  ["disk-full/read-only", { volume: { readOnly: true } }, "/data is mounted read-only"],
  [
    "data-corruption/torn-end",
    down(ENDED, ["1:M # Unexpected end of file reading the append only file appendonly.aof.1.incr.aof"]),
    "the log of its last start says so",
  ],
  [
    "data-corruption/bad-aof",
    down(ENDED, ["1:M # Bad file format reading the append only file appendonly.aof.1.incr.aof"]),
    "the log of its last start says so",
  ],
  [
    "data-corruption/bad-rdb",
    down(ENDED, ["1:M # Short read or OOM loading DB. Unrecoverable error, aborting now."]),
    "the log of its last start says so",
  ],
  [
    "data-corruption/bad-aof",
    {
      ...down(ENDED),
      facts: {
        ...DOWN,
        dataFiles: {
          value: [{ check: "appendonlydir/appendonly.aof.manifest", ok: false, saw: "not valid" }],
        },
      },
    },
    "appendonlydir/appendonly.aof.manifest: not valid",
  ],
  [
    "replication/replica",
    { info: { role: "slave", master_host: "other", master_port: "6379", master_link_status: "up" } },
    "role:slave of other:6379, link up",
  ],
  ["replication/copied", { info: { slave0: "ip=10.0.0.7,port=6379,state=online,offset=1,lag=0" } }, "1"],
  ["backup-overdue/not-running", { facts: { schedule: { value: "none" } } }, "there is no container"],
  [
    "backup-overdue/overdue",
    { facts: { backups: { value: { count: 1, newestSeconds: 43_201, failures: [] } } } },
    "1, the newest 12 h old, one every 6 h",
  ],
  [
    "backup-overdue/none",
    { container: { startedAt: NOW - 43_201_000 }, facts: { backups: { value: { count: 0, failures: [] } } } },
    "none",
  ],
  [
    "backup-overdue/unreadable",
    {
      container: { startedAt: NOW - 43_201_000 },
      facts: { backups: { value: { count: 0, failures: ["s3://b: no answer"] } } },
    },
    "none",
  ],
  ["exporter-absent/exporter-stopped", { facts: { exporter: { value: "none" } } }, "there is no container"],
  ["exporter-absent/redis-not-up", { facts: { metrics: { value: "redis_up 0" } } }, "redis_up 0"],
];

test("nothing is found of a stack that is as it should be", () => {
  const taken = takeSteps(factsWith());
  expect(findingsOf(taken)).toEqual([]);
  expect(taken.filter(({ seen }) => seen.outcome === "unknown")).toEqual([]);
});

test.each(CASES)("%s", (id, changes, saw) => {
  const found = findingsOf(takeSteps(factsWith(changes))).find((finding) => finding.id === id);
  expect(found?.seen.saw).toBe(saw);
});

test.each([
  [{ startedAt: NOW - 150_000, finishedAt: NOW - 30_000 }, "30 s ago (2026-11-21 11:59:30 UTC), after 2 min"],
  // As the engine writes the time of what was not yet.
  [{ finishedAt: Date.parse("0001-01-01T00:00:00Z") }, undefined],
])("when a container ended, and how long it had run: %j", (times, when) => {
  const [found] = findingsOf(
    takeSteps(factsWith({ container: { status: "exited", exitCode: 137, ...times }, facts: DOWN })),
  );
  expect(found?.seen.saw).toBe(["exited, exit code 137", ...(when === undefined ? [] : [when])].join(", "));
});

test("every outcome of every step is among these", () => {
  const all = INCIDENTS.flatMap(({ name, steps }) =>
    steps.flatMap(({ outcomes }) => Object.keys(outcomes).map((outcome) => `${name}/${outcome}`)),
  );
  expect([...new Set(CASES.map(([id]) => id))].sort()).toEqual([...all].sort());
});

/** The other side of each edge: one less, and nothing is found. */
test.each<readonly [string, Changes]>([
  ["out-of-memory-kill/limit-lowered", { container: { memoryLimit: 629 * MIB } }],
  ["out-of-memory-kill/limit-lowered", { container: { memoryLimit: 0 } }],
  ["out-of-memory-kill/host-short", { inside: { memTotal: 1000 * MIB, memAvailable: 50 * MIB } }],
  [
    "access-denied/refused",
    { facts: { aclLog: { value: [{ user: "a", address: "b", count: 1, secondsAgo: 3600 }] } } },
  ],
  ["rejected-connections/nearly", { info: { connected_clients: "8999" } }],
  ["rejected-connections/many", { props: thresholds({ connectedClients: { warning: 4, critical: 9 } }) }],
  ["blocked-clients/blocked", { info: { blocked_clients: "40" } }],
  [
    "slow-commands/slow",
    {
      facts: {
        slowlog: { value: [{ at: NOW - 900_000, microseconds: 23_000, command: "KEYS", client: "" }] },
      },
    },
  ],
  ...(
    [
      ["below the service's limit", 9999, "KEYS with 1 argument", "app at 10.0.0.7:1"],
      ["of these commands", 99_000, "SCAN with 1 argument", "redis-ops at 127.0.0.1:1"],
      ["of the exporter", 99_000, "TYPE with 1 argument", "redis_exporter at 10.0.0.8:1"],
      ["of a health check", 99_000, "PING with 0 arguments", "127.0.0.1:1"],
      ["under another name", 99_000, "OPS_CONFIG with 2 arguments", "127.0.0.1:1"],
    ] as const
  ).map(([, microseconds, command, client]): readonly [string, Changes] => [
    "slow-commands/once",
    {
      props: { server: { ...props.server, renamedCommands: { CONFIG: "OPS_CONFIG" } } },
      facts: { slowlog: { value: [{ at: NOW, microseconds, command, client }] } },
    },
  ]),
  ["slow-commands/throttled", { inside: { cpuPeriods: 100, cpuThrottled: 10 } }],
  ["slow-commands/slow-fork", { info: { latest_fork_usec: "500000" } }],
  [
    "hit-ratio/lower",
    {
      props: thresholds({ hitRatio: { warning: 90, critical: 70 } }),
      info: { keyspace_hits: "900", keyspace_misses: "100" },
    },
  ],
  [
    "hit-ratio/low",
    {
      props: thresholds({ hitRatio: { warning: 90, critical: 70 } }),
      info: { keyspace_hits: "1", keyspace_misses: "998" },
    },
  ],
  ["memory-exhaustion/full", { info: { used_memory: `${254 * MIB}`, maxmemory_policy: "allkeys-lru" } }],
  ["memory-exhaustion/full", { info: { used_memory: `${253 * MIB}` } }],
  ["memory-exhaustion/lowered", { info: { maxmemory: `${65 * MIB}` } }],
  [
    "memory-exhaustion/lowered",
    { info: { maxmemory: `${255 * MIB}`, used_memory: `${255 * MIB}`, maxmemory_policy: "noeviction" } },
  ],
  ["memory-exhaustion/warning", { info: { used_memory: `${179 * MIB}` } }],
  ["memory-exhaustion/fragmented", { info: { allocator_frag_bytes: `${100 * MIB}` } }],
  ["memory-exhaustion/buffers", { info: { mem_clients_normal: `${25 * MIB}` } }],
  ["memory-exhaustion/container-full", { inside: { memoryUsed: 566 * MIB } }],
  ["disk-full/full", { volume: { free: 52 * MIB } }],
  ["disk-full/short", { volume: { free: 60 * MIB } }],
  ["persistence-failure/fork", { log: ["1:M # Can't save in background: fork: Cannot allocate memory"] }],
  ["data-corruption/bad-aof", { log: ["1:M # Bad file format reading the append only file x"] }],
  [
    "backup-overdue/overdue",
    { facts: { backups: { value: { count: 1, newestSeconds: 43_200, failures: [] } } } },
  ],
  [
    "backup-overdue/none",
    { container: { startedAt: NOW - 43_200_000 }, facts: { backups: { value: { count: 0, failures: [] } } } },
  ],
])("%s is not found on the other side of its edge", (id, changes) => {
  expect(findingsOf(takeSteps(factsWith(changes))).map((finding) => finding.id)).not.toContain(id);
});

test("what cannot be known is no finding, and is told as not seen with the reason", () => {
  const facts = factsWith();
  const silent = Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      typeof fact === "object" && "value" in fact ? { unknown: `${name} did not answer` } : fact,
    ]),
  ) as unknown as Facts;
  const taken = takeSteps(silent);
  expect(findingsOf(taken)).toEqual([]);
  expect(taken.filter(({ seen }) => seen.outcome === "unknown").length).toBeGreaterThan(30);
});
