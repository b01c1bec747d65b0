import { type AlertCase, gone, grow, hold } from "./alert-case";

const SESSIONS = { stack: "sessions" } as const;

const refused = (count: number) =>
  `${count} commands were answered with OOM within 5 minutes: used_memory is above maxmemory (256 MiB), and nothing may be evicted.`;

/** What becomes of writes when memory is full. */
export const fullMemoryAlertCases: readonly AlertCase[] = [
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires while writes are answered with OOM, and resolves five minutes after the last",
    series: { 'redis_errors_total{err="OOM"}': [grow(0, 1, 10), hold(600, 20)] },
    at: {
      0.75: {},
      8: {
        critical: refused(300),
      },
      16: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "is quiet for errors of long ago, and for others",
    series: {
      'redis_errors_total{err="OOM"}': [hold(12, 20)],
      'redis_errors_total{err="WRONGTYPE"}': [grow(0, 5, 20)],
    },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires for a single burst, with which the counter begins, and resolves five minutes later",
    series: {
      'redis_errors_total{err="OOM"}': [gone(5), hold(500, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 25)],
    },
    at: { 5.75: {}, 6: { critical: refused(500) }, 9.75: { critical: refused(500) }, 10: {}, 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "tells of a burst and of what follows it as one",
    series: {
      'redis_errors_total{err="OOM"}': [gone(5), hold(500, 2), grow(500, 1, 8), hold(980, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 35)],
    },
    at: {
      6: { critical: refused(500) },
      9: { critical: refused(620) },
      12: { critical: refused(300) },
      20: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "is quiet in a Prometheus that is new to errors of before",
    series: {
      'redis_errors_total{err="OOM"}': [hold(500, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 20)],
    },
    at: { 2: {}, 6: {}, 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "is quiet when the exporter was away, and when it is another one",
    series: {
      'redis_errors_total{err="OOM"}': [hold(12, 5), gone(10), hold(12, 6), gone(20)],
      'redis_errors_total{err="OOM",instance="other:9121"}': [gone(21), hold(12, 14)],
      redis_uptime_in_seconds: [grow(7200, 1, 5), gone(10), grow(8100, 1, 20)],
    },
    at: { 4: {}, 16: {}, 18: {}, 21: {}, 22.5: {}, 27: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires for a burst at the start of Redis, which was away for ten minutes",
    series: {
      'redis_errors_total{err="OOM"}': [hold(12, 5), gone(10), hold(500, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 5), gone(10), grow(10, 1, 20)],
    },
    at: { 4: {}, 15.75: {}, 16: { critical: refused(500) }, 19.75: { critical: refused(500) }, 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires for fewer than there were before a restart of a minute",
    series: {
      'redis_errors_total{err="OOM"}': [hold(600, 5), gone(1), hold(500, 20)],
      redis_uptime_in_seconds: [grow(7200, 1, 5), gone(1), grow(10, 1, 20)],
    },
    at: { 4: {}, 7: { critical: refused(500) }, 11: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires for a burst at the first start of all",
    series: {
      'redis_errors_total{err="OOM"}': [hold(500, 20)],
      redis_uptime_in_seconds: [grow(10, 1, 20)],
    },
    at: { 0.75: {}, 1: { critical: refused(500) }, 5: {} },
  },
  {
    stack: "mixed",
    alert: "RedisEvictions",
    name: "fires while sessions are evicted, and resolves five minutes after the last",
    series: { redis_evicted_keys_total: [hold(0, 5), grow(0, 2, 15), hold(1800, 20)] },
    at: {
      5: {},
      15: {
        warning: "2 keys a second are evicted before their TTL (volatile-lru), sessions, locks among them.",
      },
      26: {},
    },
  },
  {
    stack: "mixed",
    alert: "RedisEvictions",
    name: "is quiet for evictions of long ago",
    series: { redis_evicted_keys_total: [hold(1800, 20)] },
    at: { 20: {} },
  },
  {
    stack: "cache",
    alert: "RedisEvictions",
    name: "is quiet while a cache evicts by design",
    series: { redis_evicted_keys_total: [grow(0, 10, 30)], 'redis_db_keys{db="db0"}': [hold(3100, 30)] },
    at: { 25: {} },
  },
  {
    stack: "cache",
    alert: "RedisEvictions",
    name: "fires when keys of a cache live shorter than five minutes, and resolves when they live longer",
    series: {
      redis_evicted_keys_total: [grow(0, 10, 30)],
      'redis_db_keys{db="db0"}': [hold(2000, 20), hold(3600, 10)],
      'redis_db_keys{db="db1"}': [hold(400, 30)],
    },
    at: {
      5: {},
      18: {
        warning:
          "At this rate all keys are evicted within 4m 0s. A cache evicts by design (allkeys-lru); below 5 min it is too small.",
      },
      22: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisEvictions",
    name: "is not there where nothing may be evicted",
    series: { redis_evicted_keys_total: [grow(0, 10, 30)] },
    at: { 25: {} },
  },
];
