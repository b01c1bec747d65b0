import { type AlertCase, grow, hold } from "./alert-case";

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

/** Whether Redis is fast, and has what it is asked for. */
export const speedAlertCases: readonly AlertCase[] = [
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
];
