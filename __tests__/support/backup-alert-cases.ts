import { type AlertCase, gone, grow, hold } from "./alert-case";

const MEBIBYTE = 1024 ** 2;
/** Every 6 h one should be made. */
const SESSIONS = { stack: "sessions" } as const;
const HOURS = { ...SESSIONS, step: 300 } as const;
const overdue = (age: string) =>
  `The newest good backup was finished ${age} ago, and one should be made every 6 h.`;
const MISSING = "No attempt has succeeded yet, and one should every 6 h.";
const FAILING =
  "The last attempts failed: no_room. What was said: docker logs --tail 20 prospectflow-prod-backup";
const room = (left: string) =>
  `On the disk of the backups ${left}B are left beside the 256 MiB that stay free for the server. The next one needs more.`;
const ABSENT =
  "Prometheus gets no metrics of prospectflow-prod-backup: it is stopped, or nothing reads redis_backup.prom (docs/monitoring.md).";

const SUCCESS = "redis_backup_last_success_timestamp_seconds";

/** Whether there is a backup to restore. The clock of these starts at 0. */
export const backupAlertCases: readonly AlertCase[] = [
  {
    ...HOURS,
    alert: "RedisBackupOverdue",
    name: "fires after twice the time and ten minutes, and resolves with the next good one",
    series: { [SUCCESS]: [hold(60, 13 * 60), hold(13 * 3600, 120)] },
    at: {
      [12 * 60 + 10]: {},
      [12 * 60 + 25]: { warning: overdue("12h 24m 0s") },
      [13 * 60]: {},
    },
  },
  {
    ...HOURS,
    alert: "RedisBackupOverdue",
    name: "is quiet while they come in time, and when one comes late",
    series: { [SUCCESS]: [hold(60, 6 * 60), hold(6 * 3600, 11 * 60), hold(17 * 3600, 120)] },
    at: { [6 * 60]: {}, [16 * 60]: {}, [18 * 60]: {} },
  },
  {
    ...HOURS,
    alert: "RedisBackupOverdue",
    name: "is quiet for a stack that has none yet, which is another alert",
    series: { [SUCCESS]: [hold(0, 20 * 60)] },
    at: { [19 * 60]: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupMissing",
    name: "fires half an hour after the first failure, and resolves with the first good one",
    series: { [SUCCESS]: [hold(0, 40), hold(2400, 10)] },
    at: { 29.75: {}, 30: { warning: MISSING }, 40: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupMissing",
    name: "is quiet when there is an old one",
    series: { [SUCCESS]: [hold(1, 40)] },
    at: { 40: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupFailing",
    name: "fires after half an hour of one reason, and resolves with a good one",
    labels: { reason: "no_room" },
    series: {
      'redis_backup_failed{reason="no_room"}': [hold(0, 5), hold(1, 40), hold(0, 5)],
      'redis_backup_failed{reason="corrupt"}': [hold(0, 50)],
    },
    at: { 34.75: {}, 35: { warning: FAILING }, 45: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupFailing",
    name: "is quiet while Redis loads its data, and the next attempt succeeds",
    series: { 'redis_backup_failed{reason="loading"}': [hold(1, 20), hold(0, 30)] },
    at: { 19: {}, 40: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupRoomLow",
    name: "fires when one like the last has no room beside what the server needs, and resolves when it has",
    series: {
      redis_backup_free_bytes: [hold(300 * MEBIBYTE, 40), hold(400 * MEBIBYTE, 10)],
      redis_backup_last_size_bytes: [hold(50 * MEBIBYTE, 50)],
    },
    at: { 29.75: {}, 30: { warning: room("44Mi") }, 40: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupRoomLow",
    name: "fires when the data has grown since the last one",
    series: {
      redis_backup_free_bytes: [hold(300 * MEBIBYTE, 50)],
      redis_backup_last_size_bytes: [hold(10 * MEBIBYTE, 50)],
      redis_memory_used_dataset_bytes: [grow(45 * MEBIBYTE, 1, 50)],
    },
    at: { 40: { warning: room("44Mi") } },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupRoomLow",
    name: "is quiet when it just has room",
    series: {
      redis_backup_free_bytes: [hold(306 * MEBIBYTE, 50)],
      redis_backup_last_size_bytes: [hold(50 * MEBIBYTE, 50)],
      redis_memory_used_dataset_bytes: [hold(50 * MEBIBYTE, 50)],
    },
    at: { 45: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupMetricsAbsent",
    name: "fires after half an hour without them, and resolves when they are back",
    series: { redis_backup_last_attempt_timestamp_seconds: [hold(60, 5), gone(40), hold(2700, 5)] },
    at: { 34.75: {}, 35: { warning: ABSENT }, 45: {} },
  },
  {
    ...SESSIONS,
    alert: "RedisBackupMetricsAbsent",
    name: "is quiet while they are read, whatever they say",
    series: { redis_backup_last_attempt_timestamp_seconds: [hold(0, 50)] },
    at: { 50: {} },
  },
];
