import { type AlertCase, hold, type Stretch } from "./alert-case";

const MEBIBYTE = 1024 ** 2;
const SESSIONS = { stack: "sessions" } as const;

const levels = (warning: string, critical: string) => `Warning above ${warning}, critical above ${critical}.`;
const memory = (percent: string) =>
  `used_memory is ${percent} of maxmemory (256 MiB). At 100 % Redis refuses writes. ${levels("70 %", "90 %")}`;
const evictable = (percent: string) =>
  `used_memory is ${percent} of maxmemory (2 GiB). At 100 % Redis evicts (volatile-lru). ${levels("80 %", "90 %")}`;

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

/** Whether memory is filling up. */
export const memoryAlertCases: readonly AlertCase[] = [
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
];
