import { type AlertCase, gone, grow, hold, type Stretch } from "./alert-case";

const MEBIBYTE = 1024 ** 2;
const SESSIONS = { stack: "sessions" } as const;

const levels = (warning: string, critical: string) => `Warning above ${warning}, critical above ${critical}.`;
const memory = (percent: string) =>
  `used_memory is ${percent} of maxmemory (256 MiB). At 100 % Redis refuses writes. ${levels("70 %", "90 %")}`;
const evictable = (percent: string) =>
  `used_memory is ${percent} of maxmemory (2 GiB). At 100 % Redis evicts (volatile-lru). ${levels("80 %", "90 %")}`;
const connected = (count: number) =>
  `${count} clients are connected, the exporter among them; maxclients is 3542. ${levels("100", "500")}`;
const rejected = (count: number) =>
  `${count} connections were rejected in the last 5 minutes that the exporter saw, since maxclients (3542) was reached.`;
const blocked = (count: number) =>
  `${count} clients wait in BLPOP, XREAD or the like, which no client of this service should. ${levels("0", "10")}`;

/** `used_memory` in percent of `maxmemory`, one after the other. */
const used = (maxmemory: number, ...percents: readonly (readonly [percent: number, minutes: number])[]) => ({
  redis_memory_used_bytes: percents.map(([percent, minutes]) =>
    hold(Math.floor((maxmemory * percent) / 100), minutes),
  ),
  redis_memory_max_bytes: [hold(maxmemory, 60)],
});
const fragmented = (bytes: number, ...ratios: readonly Stretch[]) => ({
  redis_mem_fragmentation_ratio: ratios,
  redis_memory_used_bytes: [hold(bytes, 60)],
});

/** Whether memory, keys and connections reach an end. */
export const capacityAlertCases: readonly AlertCase[] = [
  {
    ...SESSIONS,
    alert: "RedisMemoryHigh",
    name: "warns above 70 %, is critical above 90 %, and resolves below",
    series: used(256 * MEBIBYTE, [50, 2], [75, 10], [95, 10], [69, 10]),
    at: {
      6.75: {},
      7: { warning: memory("75%") },
      16.75: { warning: memory("95%") },
      17: { warning: memory("95%"), critical: memory("95%") },
      22: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisMemoryHigh",
    name: "is quiet at 70 %",
    series: used(1000, [70, 20]),
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisMemoryHigh",
    name: "only warns at 90 %",
    series: used(1000, [90, 20]),
    at: { 15: { warning: memory("90%") } },
  },
  {
    ...SESSIONS,
    alert: "RedisMemoryHigh",
    name: "is quiet while maxmemory is 0, by which nothing can be divided",
    series: { redis_memory_used_bytes: [hold(200 * MEBIBYTE, 20)], redis_memory_max_bytes: [hold(0, 20)] },
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisMemoryHigh",
    name: "is quiet when Redis and its exporter are gone",
    series: {},
    at: { 15: {} },
  },
  {
    stack: "mixed",
    alert: "RedisMemoryHigh",
    name: "warns above the 80 % that the service asks for, since sessions are evicted when it is full",
    series: used(2048 * MEBIBYTE, [79, 10], [85, 10], [95, 10]),
    at: {
      9: {},
      16: { warning: evictable("85%") },
      26: { warning: evictable("95%"), critical: evictable("95%") },
    },
  },
  {
    stack: "cache",
    alert: "RedisMemoryHigh",
    name: "is not there for a cache, which is full by design",
    series: used(256 * MEBIBYTE, [100, 20]),
    at: { 15: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisWritesRefused",
    name: "fires while writes are answered with OOM, and resolves five minutes after the last",
    series: { 'redis_errors_total{err="OOM"}': [grow(0, 1, 10), hold(600, 20)] },
    at: {
      0.75: {},
      8: {
        critical:
          "300 commands were answered with OOM within 5 minutes: used_memory is above maxmemory (256 MiB), and nothing may be evicted.",
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
    alert: "RedisMaxmemoryUnset",
    name: "fires while somebody has taken the limit away, and resolves when it is back",
    series: { redis_memory_max_bytes: [hold(256 * MEBIBYTE, 5), hold(0, 10), hold(256 * MEBIBYTE, 5)] },
    at: {
      9.75: {},
      10: {
        warning:
          "maxmemory is 0, and the stack's is 256 MiB: somebody set it by hand. The kernel kills Redis at the container's 629 MiB.",
      },
      15: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisMaxmemoryUnset",
    name: "is quiet with any limit",
    series: { redis_memory_max_bytes: [hold(1, 20)] },
    at: { 20: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisContainerMemoryHigh",
    name: "fires above 90 % of the container's limit, and resolves below",
    series: { redis_memory_used_rss_bytes: [hold(600 * MEBIBYTE, 15), hold(500 * MEBIBYTE, 5)] },
    at: {
      9.75: {},
      10: {
        warning:
          "Redis has 600MiB of the container's 629 MiB. The kernel kills it at 100 %; warning above 90 %.",
      },
      15: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisContainerMemoryHigh",
    name: "is quiet just below, with all of maxmemory and as much again",
    series: { redis_memory_used_rss_bytes: [hold(566 * MEBIBYTE, 20)] },
    at: { 20: {} },
  },
  {
    stack: "queue",
    alert: "RedisFragmentationHigh",
    name: "fires above 1.5 times, and resolves when active defragmentation is done",
    series: fragmented(200 * MEBIBYTE, hold(1.62, 20), hold(1.2, 5)),
    at: {
      14.75: {},
      15: {
        warning:
          "Redis has 1.62 times the memory that its data needs. Warning above 1.5, from 100 MiB of data on.",
      },
      20: {},
    },
  },
  {
    stack: "queue",
    alert: "RedisFragmentationHigh",
    name: "is quiet at 1.5 times",
    series: fragmented(200 * MEBIBYTE, hold(1.5, 30)),
    at: { 30: {} },
  },
  {
    stack: "queue",
    alert: "RedisFragmentationHigh",
    name: "is quiet with little data, when the program itself is most of it",
    series: fragmented(100 * MEBIBYTE, hold(11.4, 30)),
    at: { 30: {} },
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
  {
    ...SESSIONS,
    alert: "RedisConnectedClientsHigh",
    name: "warns above 100, is critical above 500, and resolves below",
    series: {
      redis_connected_clients: [hold(100, 10), hold(101, 10), hold(500, 10), hold(501, 10), hold(20, 5)],
    },
    at: {
      10: {},
      15: { warning: connected(101) },
      29: { warning: connected(500) },
      35: { warning: connected(501), critical: connected(501) },
      40: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisConnectedClientsHigh",
    name: "is quiet while a deploy connects twice as many for four minutes",
    series: { redis_connected_clients: [hold(60, 5), hold(120, 4), hold(60, 5)] },
    at: { 9: {}, 12: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "fires at once, and resolves five minutes after the last",
    series: { redis_rejected_connections_total: [hold(3, 5), grow(3, 1, 5), hold(303, 10)] },
    at: {
      4.75: {},
      10: {
        critical: rejected(300),
      },
      15.5: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "fires for five minutes when the exporter is let in again, which was rejected for ten",
    series: { redis_rejected_connections_total: [hold(3, 5), gone(10), hold(403, 20)] },
    at: { 4.75: {}, 10: {}, 15: { critical: rejected(400) }, 19.75: { critical: rejected(400) }, 20.25: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "is quiet when the exporter was away and nobody was rejected, and when Redis has started anew",
    series: { redis_rejected_connections_total: [hold(403, 5), gone(10), hold(403, 6), hold(0, 20)] },
    at: { 15: {}, 22: {}, 30: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisRejectedConnections",
    name: "is quiet for connections that were rejected long ago",
    series: { redis_rejected_connections_total: [hold(3, 20)] },
    at: { 10: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBlockedClientsHigh",
    name: "warns above 0, is critical above 10, and resolves",
    series: { redis_blocked_clients: [hold(0, 10), hold(1, 10), hold(10, 10), hold(11, 10), hold(0, 5)] },
    at: {
      10: {},
      15: { warning: blocked(1) },
      29: { warning: blocked(10) },
      35: { warning: blocked(11), critical: blocked(11) },
      40: {},
    },
  },
  {
    ...SESSIONS,
    alert: "RedisBlockedClientsHigh",
    name: "is quiet for four minutes of one",
    series: { redis_blocked_clients: [hold(1, 4), hold(0, 5)] },
    at: { 4: {}, 8: {} },
  },
  {
    stack: "queue",
    alert: "RedisBlockedClientsHigh",
    name: "is not there for a queue, whose workers wait in BLPOP",
    series: { redis_blocked_clients: [hold(1, 5), hold(40, 20)] },
    at: { 20: {} },
  },
];
