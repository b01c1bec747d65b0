import { isPersistent } from "../../core/memory-budget";
import { PROMETHEUS_DISK_GIB } from "../../core/prometheus-limits";
import type { RedisStackProps } from "../../core/redis-stack-props";

/** What a volume of a stack takes at most. */
export interface DiskWant {
  readonly volume: string;
  readonly bytes: number;
}

/**
 * What the volumes of a stack take at most, with `maxmemory` full of data that cannot be compressed. Data: an append-only file
 * as it was rewritten, its growth until the next rewrite, and the new one beside it; with save points a snapshot, and the new
 * one beside it. Backups: those that are kept, and the one that is written. Prometheus: what it keeps of its measurements.
 */
export function diskWants({ server, dataVolume, backups, prometheus }: RedisStackProps): readonly DiskWant[] {
  const { persistence } = server;
  const maxmemory = server.maxmemory.toBytes();
  const grown = Math.max(
    (maxmemory * persistence.autoAofRewritePercentage) / 100,
    persistence.autoAofRewriteMinSize.toBytes(),
  );
  const data = {
    volume: dataVolume.name,
    bytes:
      (persistence.appendonly ? 2 * maxmemory + grown : 0) +
      (persistence.save.length > 0 ? 2 * maxmemory : 0),
  };
  const { schedule } = backups;
  return [
    ...(isPersistent(persistence) ? [data] : []),
    ...(schedule === undefined
      ? []
      : [{ volume: schedule.volumeName, bytes: maxmemory * (backupsKept(schedule) + 1) }]),
    ...(prometheus === undefined
      ? []
      : [{ volume: prometheus.volumeName, bytes: PROMETHEUS_DISK_GIB * 1024 ** 3 }]),
  ];
}

function backupsKept({
  keepLast,
  keepFor,
  every,
}: NonNullable<RedisStackProps["backups"]["schedule"]>): number {
  return Math.max(keepLast, Math.ceil(keepFor.toMilliseconds() / every.toMilliseconds()));
}
