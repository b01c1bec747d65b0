import { Duration } from "../core/duration";
import type { BackupScheduleProps, RedisServerProps } from "../core/redis-stack-props";
import { type Alert, max, type Series } from "./alert";

/** As the healthcheck of the container that makes backups (constructs/redis-backup.ts). */
const BACKUP_PATIENCE = Duration.parse("10 min");

export function backups(
  of: Series,
  { maxmemory }: RedisServerProps,
  { every, containerName }: BackupScheduleProps,
): readonly Alert[] {
  const success = of("redis_backup_last_success_timestamp_seconds");
  const room = `${max(of("redis_backup_free_bytes"))} - ${maxmemory.toBytes()}`;
  const needed = [of("redis_backup_last_size_bytes"), of("redis_memory_used_dataset_bytes")];
  const common = { severity: "warning", runbook: "backup-overdue" } as const;
  return [
    {
      ...common,
      alert: "RedisBackupOverdue",
      expr: `time() - ${max(`${success} > 0`)} > ${2 * every.toSeconds() + BACKUP_PATIENCE.toSeconds()}`,
      for: "5m",
      summary: "the newest good backup is too old",
      description: `The newest good backup was finished {{ $value | humanizeDuration }} ago, and one should be made every ${every}.`,
    },
    {
      ...common,
      alert: "RedisBackupMissing",
      expr: `${max(success)} == 0`,
      for: "30m",
      summary: "there is no good backup",
      description: `No attempt has succeeded yet, and one should every ${every}.`,
    },
    {
      ...common,
      alert: "RedisBackupFailing",
      expr: `max by (stack, reason) (${of("redis_backup_failed")}) == 1`,
      for: "30m",
      summary: "backups fail",
      description: `The last attempts failed: {{ $labels.reason }}. What was said: docker logs --tail 20 ${containerName}`,
    },
    {
      ...common,
      alert: "RedisBackupRoomLow",
      expr: needed.map((bytes) => `${room} < ${max(bytes)}`).join(" or "),
      for: "30m",
      summary: "the next backup may have no room",
      description: `On the disk of the backups {{ $value | humanize1024 }}B are left beside the ${maxmemory} that stay free for the server. The next one needs more.`,
      infrastructure: true,
    },
    {
      ...common,
      alert: "RedisBackupMetricsAbsent",
      expr: `absent(${of("redis_backup_last_attempt_timestamp_seconds")})`,
      for: "30m",
      summary: "nobody watches the backups",
      description: `Prometheus gets no metrics of ${containerName}: it is stopped, or nothing reads redis_backup.prom (docs/monitoring.md).`,
    },
  ];
}
