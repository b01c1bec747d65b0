import { labelsOf, type MonitoredStack, seriesOf } from "./monitored-stack";

/** A rule of Prometheus that keeps the result of an expression as a series. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Series that several alerts and dashboards read. All have the labels `stack`, `service` and `environment`, and no other.
 * A ratio is 0 to 1 and is not there while there is nothing to divide by.
 */
export const RECORDED = {
  /** Commands in a second, with those of the exporter and of healthchecks. */
  commands: "stack:redis_commands_processed:rate5m",
  /** `used_memory` by `maxmemory`. Not there while `maxmemory` is 0: unlimited. */
  memoryRatio: "stack:redis_memory_used:ratio",
  /** Commands in a second that clients wait for: see `NOT_OF_CLIENTS`. */
  clientCommands: "stack:redis_client_commands:rate5m",
  /** Mean time of those in the server, in seconds. The network and waiting in the queue are not in it. */
  clientCommandDuration: "stack:redis_client_command_duration_seconds:mean5m",
  /** Reads in a second that found a key or did not. */
  reads: "stack:redis_keyspace_reads:rate10m",
  /** Share of those that found one. */
  hitRatio: "stack:redis_keyspace_hits:ratio_rate10m",
  /** Keys in a second that were evicted. */
  evictions: "stack:redis_evicted_keys:rate5m",
  /** Writes that were answered with OOM within five minutes. Not there before the first since Redis started. */
  refusedWrites: "stack:redis_refused_writes:increase5m",
  /** Keys of all databases. */
  keys: "stack:redis_db_keys:sum",
} as const;

/**
 * Commands that say nothing of what clients wait for, as the label `cmd` has them. Those that block wait by design. A
 * script, and a transaction, is counted once more by each command in it (measured on 7.0.15: EVAL of GET counts both).
 * The others are sent by the exporter, by healthchecks, backups and people, and fork or read much.
 */
export const NOT_OF_CLIENTS = [
  "bl(pop|move|mpop)",
  "br(pop|poplpush)",
  "bz(popmin|popmax|mpop)",
  "xread(group)?",
  "wait(aof)?",
  "[sp]?(un)?subscribe",
  "exec",
  "eval(sha)?(_ro)?",
  "fcall(_ro)?",
  "ping",
  "hello",
  "auth",
  "info",
  "select",
  "command.*",
  "client.*",
  "cluster.*",
  "config.*",
  "latency.*",
  "memory.*",
  "slowlog.*",
  "acl.*",
  "monitor",
  "p?sync",
  "replconf",
  "bgsave",
  "bgrewriteaof",
].join("|");

/**
 * What is true while all that a counter has was counted within five minutes, since Redis started then: the counter itself.
 * `increase` does not see what the first sample after a start has already.
 */
export function sinceStart(counter: string, uptime: string): string {
  return `${counter} and on (stack) ${uptime} < 300`;
}

/**
 * Increase within five minutes of a counter that is not there before the first thing that it counts. While it is younger
 * than that, all of it is the increase; but what is new to Prometheus alone, which saw no uptime five minutes ago, is not.
 */
function increaseFromFirst(counter: string, uptime: string): string {
  return [
    `(${counter} unless on (stack) ${counter} offset 5m) and on (stack) ${uptime} offset 5m`,
    sinceStart(counter, uptime),
    `increase(${counter}[5m])`,
  ]
    .map((expr) => `max by (stack) (${expr})`)
    .join(" or ");
}

/** Empty where nothing is exported. */
export function recordingRules(stack: MonitoredStack): readonly RecordingRule[] {
  if (stack.props.exporter === undefined) {
    return [];
  }
  const { stack: id, ...labels } = labelsOf(stack);
  const of = (metric: string, ...matchers: readonly string[]) => seriesOf(id, metric, ...matchers);
  const summed = (expr: string) => `sum by (stack) (${expr})`;
  const rate = (metric: string, window: string, ...matchers: readonly string[]) =>
    summed(`rate(${of(metric, ...matchers)}[${window}])`);
  const ofClients = `cmd!~"${NOT_OF_CLIENTS}"`;
  const expressions: Readonly<Record<keyof typeof RECORDED, string>> = {
    commands: rate("redis_commands_processed_total", "5m"),
    memoryRatio: `max by (stack) (${of("redis_memory_used_bytes")} / (${of("redis_memory_max_bytes")} > 0))`,
    clientCommands: rate("redis_commands_total", "5m", ofClients),
    clientCommandDuration: `${rate("redis_commands_duration_seconds_total", "5m", ofClients)} / on (stack) (${of(RECORDED.clientCommands)} > 0)`,
    reads: summed(
      `rate(${of("redis_keyspace_hits_total")}[10m]) + rate(${of("redis_keyspace_misses_total")}[10m])`,
    ),
    hitRatio: `${rate("redis_keyspace_hits_total", "10m")} / on (stack) (${of(RECORDED.reads)} > 0)`,
    evictions: rate("redis_evicted_keys_total", "5m"),
    refusedWrites: increaseFromFirst(of("redis_errors_total", 'err="OOM"'), of("redis_uptime_in_seconds")),
    keys: summed(of("redis_db_keys")),
  };
  return (Object.keys(RECORDED) as (keyof typeof RECORDED)[]).map((name) => ({
    record: RECORDED[name],
    expr: expressions[name],
    labels,
  }));
}
