import { type AlertCase, gone, grow, hold } from "./alert-case";

const DOWN =
  "The exporter gets no answer: Redis is stopped, hangs, refuses the exporter's password, or takes no more connections (maxclients).";
const ABSENT =
  "Prometheus gets no metrics from the exporter, so that none of the other alerts of this stack can fire.";
const LOADING = "Clients get LOADING for longer than 1 min, in which maxmemory of 256 MiB is loaded.";
const SNAPSHOT =
  "The last BGSAVE failed, so that Redis answers writes with MISCONF. What is in memory is good: remove no file.";
const APPEND =
  "The last write failed, so that Redis refuses writes. What is in memory is good: remove no file.";
const REWRITE = "The last BGREWRITEAOF failed: the file is whole, and grows until the disk is full.";
const slow = (time: string) =>
  `A command takes ${time} on the average. Warning above 5 ms, critical above 20 ms.`;
const hits = (percent: string) =>
  `${percent} of the reads found a key. Warning below 90 %, critical below 70 %.`;

const SESSIONS = { stack: "sessions" } as const;

/** Ten calls a second of one command that each take so many milliseconds. */
const calls = (cmd: string, milliseconds: number, minutes = 20) => ({
  [`redis_commands_total{cmd="${cmd}"}`]: [grow(0, 10, minutes)],
  [`redis_commands_duration_seconds_total{cmd="${cmd}"}`]: [grow(0, milliseconds / 100, minutes)],
});
const reads = (hitsPerSecond: number, missesPerSecond: number, minutes = 30) => ({
  redis_keyspace_hits_total: [grow(1000, hitsPerSecond, minutes)],
  redis_keyspace_misses_total: [grow(9000, missesPerSecond, minutes)],
});
const started = (runId: string, before: number, minutes: number, more = "") => ({
  [`redis_instance_info{run_id="${runId}"${more}}`]: [
    ...(before === 0 ? [] : [gone(before)]),
    hold(1, minutes),
    gone(1),
  ],
});
/** What fails, and is repaired. */
const failed = (
  alert: string,
  metric: string,
  minutes: number,
  fired: AlertCase["at"][number],
): AlertCase[] => [
  {
    ...SESSIONS,
    alert,
    name: "fires while the last one failed, and resolves when one succeeds",
    series: { [metric]: [hold(1, 2), hold(0, minutes + 3), hold(1, 3)] },
    at: { [minutes + 1.75]: {}, [minutes + 2]: fired, [minutes + 6]: {} },
  },
  {
    ...SESSIONS,
    alert,
    name: "is quiet while it works",
    series: { [metric]: [hold(1, 20)] },
    at: { 20: {} },
  },
];

/** Whether Redis is there, is fast, and keeps what it is given. */
export const serverAlertCases: readonly AlertCase[] = [
  {
    ...SESSIONS,
    alert: "RedisDown",
    name: "fires after a minute without an answer, and resolves with the first",
    series: { redis_up: [hold(1, 2), hold(0, 3), hold(1, 5)] },
    at: { 2.75: {}, 3: { critical: DOWN }, 4.75: { critical: DOWN }, 5: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisDown",
    name: "is quiet when the exporter is gone, which is another alert",
    series: { redis_up: [hold(1, 2), gone(20)] },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "fires after five minutes without metrics, and resolves with the first",
    series: { redis_up: [hold(1, 2), gone(10), hold(1, 5)] },
    at: { 6.75: {}, 7: { critical: ABSENT }, 12: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "fires for one that was never there",
    series: {},
    at: { 5: { critical: ABSENT } },
  },
  {
    ...SESSIONS,
    alert: "RedisExporterAbsent",
    name: "is quiet while the exporter tells that Redis is down",
    series: { redis_up: [hold(0, 20)] },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "fires at the fourth start within half an hour, and resolves when the first is forgotten",
    series: { ...started("a", 0, 5), ...started("b", 5, 5), ...started("c", 10, 5), ...started("d", 15, 60) },
    at: {
      14: {},
      15: {
        critical:
          "4 starts within 30 minutes. More than 3 are no deploy: it crashes, or the kernel kills it.",
      },
      36: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet at three starts",
    series: { ...started("a", 0, 5), ...started("b", 5, 5), ...started("c", 10, 30) },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet when only the replication id changes, as it does between backups",
    series: Object.assign(
      {},
      ...[0, 5, 10, 15, 20].map((before) => started("a", before, 5, `,master_replid="${before}"`)),
    ),
    at: { 25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRestartLoop",
    name: "is quiet while the calculated start time moves by a second",
    series: {
      ...started("a", 0, 30),
      redis_start_time_seconds: [hold(100, 5), hold(101, 5), hold(100, 5), hold(101, 5)],
    },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLoadingLong",
    name: "fires after the start period, and resolves when the data is loaded",
    series: { redis_loading_dump_file: [hold(1, 3), hold(0, 5)] },
    at: { 0.75: {}, 1: { critical: LOADING }, 3: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLoadingLong",
    name: "is quiet while an ordinary file is loaded",
    series: { redis_loading_dump_file: [hold(1, 0.75), hold(0, 5)] },
    at: { 2: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLatencyHigh",
    name: "warns above 5 ms, and resolves when commands are fast",
    series: {
      'redis_commands_total{cmd="get"}': [grow(0, 10, 40)],
      'redis_commands_duration_seconds_total{cmd="get"}': [grow(0, 0.06, 15), grow(54, 0.001, 25)],
    },
    at: { 4: {}, 12: { warning: slow("6ms") }, 30: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLatencyHigh",
    name: "is critical above 20 ms",
    series: {
      'redis_commands_total{cmd="get"}': [grow(0, 10, 40)],
      'redis_commands_duration_seconds_total{cmd="get"}': [grow(0, 0.25, 15), grow(225, 0.001, 25)],
    },
    at: { 12: { warning: slow("25ms"), critical: slow("25ms") }, 30: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLatencyHigh",
    name: "is quiet just below",
    series: calls("get", 4.9),
    at: { 15: {} },
  },
  {
    stack: "queue",
    alert: "RedisLatencyHigh",
    name: "is quiet while workers wait, in a transaction and in a script",
    series: { ...calls("get", 1), ...calls("blpop", 5000), ...calls("exec", 50), ...calls("evalsha", 50) },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLatencyHigh",
    name: "is quiet on an idle server, which answers the exporter and forks for a snapshot",
    series: { ...calls("info", 30), ...calls("bgsave", 300), ...calls("slowlog|get", 30) },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisLatencyHigh",
    name: "is quiet for one slow command of a person",
    series: {
      'redis_commands_total{cmd="keys"}': [hold(0, 5), hold(1, 20)],
      'redis_commands_duration_seconds_total{cmd="keys"}': [hold(0, 5), hold(3, 20)],
    },
    at: { 6: {}, 8: {}, 10: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisSlowCommands",
    name: "fires while one slow command follows the other, and resolves ten minutes after the last",
    series: { redis_slowlog_last_id: [grow(7, 0.1, 20), hold(127, 20)] },
    at: {
      3: {},
      15: {
        warning:
          "40 scrapes within 10 minutes saw another command that took longer than 10 ms. Warning above 5.",
      },
      31: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisSlowCommands",
    name: "is quiet at five within ten minutes",
    series: { redis_slowlog_last_id: [1, 2, 3, 4, 5, 6].map((id) => hold(id, 2)) },
    at: { 10: {}, 12: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisSlowCommands",
    name: "is quiet when SLOWLOG RESET hides the number until the next one",
    series: { redis_slowlog_last_id: [hold(5000, 5), hold(0, 5), hold(5001, 20)] },
    at: { 12: {}, 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisHitRatioLow",
    name: "warns below 90 %, and resolves when reads find keys",
    series: {
      redis_keyspace_hits_total: [grow(0, 85, 25), grow(127500, 95, 30)],
      redis_keyspace_misses_total: [grow(0, 15, 25), grow(22500, 5, 30)],
    },
    at: { 9: {}, 20: { warning: hits("85%") }, 50: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisHitRatioLow",
    name: "is critical below 70 %",
    series: {
      redis_keyspace_hits_total: [grow(0, 60, 25), grow(90000, 95, 30)],
      redis_keyspace_misses_total: [grow(0, 40, 25), grow(60000, 5, 30)],
    },
    at: { 20: { warning: hits("60%"), critical: hits("60%") }, 50: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisHitRatioLow",
    name: "is quiet just above",
    series: reads(91, 9),
    at: { 25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisHitRatioLow",
    name: "is quiet on an idle server, whatever its life before was like",
    series: reads(0, 0),
    at: { 25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisHitRatioLow",
    name: "is quiet while less than one read a second misses",
    series: reads(0, 0.9),
    at: { 25: {} },
  },
  {
    stack: "queue",
    alert: "RedisHitRatioLow",
    name: "is not there for a service that declares no hit ratio",
    series: reads(0, 100),
    at: { 25: {} },
  },
  ...failed("RedisSnapshotFailed", "redis_rdb_last_bgsave_status", 1, { critical: SNAPSHOT }),
  ...failed("RedisAppendOnlyWriteFailed", "redis_aof_last_write_status", 1, { critical: APPEND }),
  ...failed("RedisAppendOnlyRewriteFailed", "redis_aof_last_bgrewrite_status", 5, { warning: REWRITE }),
  {
    stack: "cache",
    alert: "RedisSnapshotFailed",
    name: "is not there for a stack without save points, whose writes go on",
    series: { redis_rdb_last_bgsave_status: [hold(0, 20)] },
    at: { 20: {} },
  },
];
