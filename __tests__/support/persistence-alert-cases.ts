import { type AlertCase, hold } from "./alert-case";

const SNAPSHOT =
  "The last BGSAVE failed, so that Redis answers writes with MISCONF. What is in memory is good: remove no file.";
const APPEND =
  "The last write failed, so that Redis refuses writes. What is in memory is good: remove no file.";
const REWRITE = "The last BGREWRITEAOF failed: the file is whole, and grows until the disk is full.";

const SESSIONS = { stack: "sessions" } as const;

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

/** Whether Redis keeps what it is given. */
export const persistenceAlertCases: readonly AlertCase[] = [
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
