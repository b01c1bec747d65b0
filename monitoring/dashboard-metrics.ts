import { NOT_OF_CLIENTS, RECORDED } from "./recording-rules";

/** Grafana makes it four scrapes long at least. */
const WINDOW = "$__rate_interval";

/**
 * What panels ask of Prometheus about the stacks that `selector` names, e.g. `stack="$stack"`. What an alert looks at is
 * the alert's own recorded series, so that a panel shows what the alert sees; the rest is asked of the exporter (1.45 and
 * newer) and of the backup container. Every answer has one series a stack unless it says otherwise.
 */
export function metricsOf(selector: string) {
  const newest = (metric: string) => `max by (stack) (${metric}{${selector}})`;
  const lowest = (metric: string) => `min by (stack) (${metric}{${selector}})`;
  const rate = (metric: string) => `sum by (stack) (rate(${metric}{${selector}}[${WINDOW}]))`;
  const recorded = (name: keyof typeof RECORDED) => newest(RECORDED[name]);
  const byCommand = (metric: string, ...matchers: readonly string[]) =>
    `sum by (cmd) (rate(${metric}{${[selector, ...matchers].join(", ")}}[${WINDOW}]))`;
  const ofClients = `cmd!~"${NOT_OF_CLIENTS}"`;
  /** Zero for every stack that is scraped, so that what has never happened is a number and not a gap. */
  const none = `0 * ${newest("up")}`;
  return {
    newest,
    rate,
    /** 1 while Redis answers; 0 when it does not, or its exporter is gone. */
    up: `${newest("redis_up")} or ${none}`,
    /** Of `maxmemory`, in percent; nothing where there is no limit. */
    memory: `100 * ${recorded("memoryRatio")}`,
    /** Of the reads, in percent; nothing while nobody reads. */
    hitRatio: `100 * ${recorded("hitRatio")}`,
    /** Mean time of the commands of clients, in seconds; nothing while there is none. */
    latency: recorded("clientCommandDuration"),
    /** Per second, those of the exporter and of healthchecks among them. */
    commands: recorded("commands"),
    evictions: recorded("evictions"),
    keys: `sum by (stack) (redis_db_keys{${selector}})`,
    expiringKeys: `sum by (stack) (redis_db_keys_expiring{${selector}})`,
    /** The five most frequent commands, per second; label `cmd`. */
    frequentCommands: `topk(5, ${byCommand("redis_commands_total")})`,
    /** The five slowest commands of clients, in seconds; label `cmd`. */
    slowCommands: `topk(5, ${byCommand("redis_commands_duration_seconds_total", ofClients)} / (${byCommand("redis_commands_total", ofClients)} > 0))`,
    /** Connections refused within the last hour. */
    rejectedInAnHour: `sum by (stack) (increase(redis_rejected_connections_total{${selector}}[1h]))`,
    /** Writes refused because memory was full, per second of the five minutes before. */
    refusedWrites: `${recorded("refusedWrites")} / 300 or ${none}`,
    /** 1 while the last snapshot, the last write and the last rewrite of the append-only file were good, else 0. */
    persistence: [
      "redis_rdb_last_bgsave_status",
      "redis_aof_last_write_status",
      "redis_aof_last_bgrewrite_status",
    ]
      .map(lowest)
      .join(" * "),
    /** Seconds since the newest good backup was finished; nothing where there has been none. */
    backupAge: `time() - (${newest("redis_backup_last_success_timestamp_seconds")} > 0)`,
    /** 1 for why the last attempt at a backup failed, else 0; label `reason`. */
    backupFailed: `max by (reason) (redis_backup_failed{${selector}})`,
    /** Alerts that fire now. */
    alerts: `sum by (stack) (ALERTS{${selector}, alertstate="firing"}) or ${none}`,
  } as const;
}

export type Metrics = ReturnType<typeof metricsOf>;
