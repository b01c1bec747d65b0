import type { RedisServerProps, ThresholdsProps } from "../core/redis-stack-props";
import { type Alert, atBothLevels, max, ratio, type Series, told } from "./alert";
import { RECORDED } from "./recording-rules";

/** Reads in a second below which a hit ratio says nothing, and commands below which a mean time says nothing. */
const TRAFFIC_FLOOR = 1;
/** Restarts within half an hour that may be deploys. */
const RESTARTS = 2;
/** Scrapes within ten minutes that see a new entry: a person's one slow command is not worth a message. */
const SLOW_SCRAPES = 5;

export function availability(of: Series, server: RedisServerProps): readonly Alert[] {
  return [
    {
      alert: "RedisDown",
      severity: "critical",
      expr: `${max(of("redis_up"))} == 0`,
      for: "1m",
      summary: "Redis does not answer",
      description:
        "The exporter gets no answer: Redis is stopped, hangs, refuses the exporter's password, or takes no more connections (maxclients).",
      runbook: "unresponsive",
    },
    {
      alert: "RedisExporterAbsent",
      severity: "critical",
      expr: `absent(${of("redis_up")})`,
      for: "5m",
      summary: "nobody watches Redis",
      description:
        "Prometheus gets no metrics from the exporter, so that none of the other alerts of this stack can fire.",
      runbook: "exporter-absent",
    },
    {
      // The start time is calculated and moves by a second, and the replication id changes by itself: not these. The first
      // run id is of the process that was there before, or of the first start, which is no restart.
      alert: "RedisRestartLoop",
      severity: "critical",
      expr: `count by (stack) (group by (stack, run_id) (count_over_time(${of("redis_instance_info")}[30m]))) - 1 > ${RESTARTS}`,
      for: "0m",
      summary: "Redis starts again and again",
      description: `{{ $value }} restarts within 30 minutes. More than ${RESTARTS} are no deploy: it crashes, or the kernel kills it.`,
      runbook: "cannot-start",
    },
    {
      alert: "RedisLoadingLong",
      severity: "critical",
      expr: `${max(of("redis_loading_dump_file"))} == 1`,
      for: server.healthcheck.startPeriod.toPrometheus(),
      summary: "Redis still loads its data",
      description: `Clients get LOADING for longer than ${server.healthcheck.startPeriod}, in which maxmemory of ${server.maxmemory} is loaded.`,
      runbook: "unresponsive",
    },
  ];
}

export function speed(
  of: Series,
  { slowlogLogSlowerThan }: RedisServerProps,
  { hitRatio, latency }: ThresholdsProps,
): readonly Alert[] {
  const floor = (rate: string) => `and on (stack) ${of(rate)} > ${TRAFFIC_FLOOR}`;
  return [
    ...atBothLevels((severity) => ({
      alert: "RedisLatencyHigh",
      expr: `${of(RECORDED.clientCommandDuration)} > ${latency[severity].toMilliseconds() / 1000} ${floor(RECORDED.clientCommands)}`,
      for: "5m",
      summary: "commands are slow",
      description: `A command takes {{ $value | humanizeDuration }} on the average. ${told(latency, "above")}`,
      runbook: "slow-commands",
    })),
    // At 0 every command is in it.
    ...(slowlogLogSlowerThan.toMilliseconds() === 0
      ? []
      : [
          {
            // SLOWLOG RESET makes the exporter say 0 until the next entry: a jump of the number says nothing.
            alert: "RedisSlowCommands",
            severity: "warning",
            expr: `${max(`changes(${of("redis_slowlog_last_id")}[10m])`)} > ${SLOW_SCRAPES}`,
            for: "5m",
            summary: "the slow log grows",
            description: `{{ $value }} scrapes within 10 minutes saw another command that took longer than ${slowlogLogSlowerThan}. Warning above ${SLOW_SCRAPES}.`,
            runbook: "slow-commands",
          } as const,
        ]),
    ...(hitRatio === undefined
      ? []
      : atBothLevels((severity) => ({
          alert: "RedisHitRatioLow",
          expr: `${of(RECORDED.hitRatio)} < ${ratio(hitRatio[severity])} ${floor(RECORDED.reads)}`,
          for: "10m",
          summary: "many reads find nothing",
          description: `{{ $value | humanizePercentage }} of the reads found a key. ${told(hitRatio, "below", " %")}`,
          runbook: "hit-ratio",
        }))),
  ];
}

export function persistence(
  of: Series,
  { persistence: { appendonly, save } }: RedisServerProps,
): readonly Alert[] {
  const failed = (metric: string) => `${max(of(metric))} == 0`;
  const common = { runbook: "persistence-failure", infrastructure: true } as const;
  return [
    ...(save.length === 0
      ? []
      : [
          {
            ...common,
            alert: "RedisSnapshotFailed",
            severity: "critical",
            expr: failed("redis_rdb_last_bgsave_status"),
            for: "1m",
            summary: "the snapshot cannot be written",
            description:
              "The last BGSAVE failed, so that Redis answers writes with MISCONF. What is in memory is good: remove no file.",
          } as const,
        ]),
    ...(appendonly
      ? [
          {
            ...common,
            alert: "RedisAppendOnlyWriteFailed",
            severity: "critical",
            expr: failed("redis_aof_last_write_status"),
            for: "1m",
            summary: "the append-only file cannot be written",
            description:
              "The last write failed, so that Redis refuses writes. What is in memory is good: remove no file.",
          } as const,
          {
            ...common,
            alert: "RedisAppendOnlyRewriteFailed",
            severity: "warning",
            expr: failed("redis_aof_last_bgrewrite_status"),
            for: "5m",
            summary: "the append-only file cannot be rewritten",
            description: "The last BGREWRITEAOF failed: the file is whole, and grows until the disk is full.",
          } as const,
        ]
      : []),
  ];
}
