import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { LiveRedis } from "../live-redis";
import { infoGroup, infoNumber, parseInfo, partNumber } from "./info";
import { ask } from "./on-server";
import { pairsOf } from "./slow-log";

/** What the latency monitor has kept of one kind of event, such as `command`, `fork` or `aof-write`. */
export interface LatencyEvent {
  readonly event: string;
  /** Seconds since 1970. */
  readonly lastAt: number;
  readonly lastMs: number;
  /** Since the start, or LATENCY RESET. */
  readonly maxMs: number;
  /** Seconds in which it happened, of the last 160 that are kept, and their mean. */
  readonly samples: number;
  readonly meanMs: number;
}

/** Percentiles of one command since the start, in microseconds: Redis' own time, without the network. */
export interface CommandLatency {
  readonly command: string;
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface ServerLatency {
  /** The costliest kind of event first. Undefined: LATENCY is disabled. */
  readonly events: readonly LatencyEvent[] | undefined;
  /** Milliseconds of `latency-monitor-threshold`; 0: the monitor is off. Undefined: CONFIG is disabled. */
  readonly thresholdMs: number | undefined;
  /** By their slowest percentile. Empty before Redis 7.0, or where `latency-tracking` is off. */
  readonly commands: readonly CommandLatency[];
  /** How long the last fork stopped the server, in microseconds; 0: there was none. */
  readonly latestForkMicroseconds: number;
  /** Times that a write waited for the disk. */
  readonly aofDelayedFsync: number;
  /** The server's clock: seconds since 1970. */
  readonly now: number;
}

export async function readLatency(live: Pick<LiveRedis, "redis" | "commandName">): Promise<ServerLatency> {
  const { redis } = live;
  const [latest, config, stats, commandStats, more, persistence, time] = await Promise.all([
    ask(live, "LATENCY", "LATEST"),
    ask(live, "CONFIG", "GET", "latency-monitor-threshold"),
    redis.info("latencystats"),
    redis.info("commandstats"),
    redis.info("stats"),
    redis.info("persistence"),
    redis.time(),
  ]);
  const events = (latest as readonly [string, number, number, number][] | undefined)?.map(
    async ([event, lastAt, lastMs, maxMs]) => {
      const history = (await ask(live, "LATENCY", "HISTORY", event)) as readonly [number, number][];
      const total = history.reduce((sum, [, ms]) => sum + ms, 0);
      return { event, lastAt, lastMs, maxMs, samples: history.length, meanMs: total / (history.length || 1) };
    },
  );
  const threshold = pairsOf(config).get("latency-monitor-threshold");
  return {
    events: events && (await Promise.all(events)).sort((one, other) => other.maxMs - one.maxMs),
    thresholdMs: threshold === undefined ? undefined : Number(threshold),
    commands: commandLatencies(stats, commandStats),
    latestForkMicroseconds: infoNumber(parseInfo(more), "latest_fork_usec") ?? 0,
    aofDelayedFsync: infoNumber(parseInfo(persistence), "aof_delayed_fsync") ?? 0,
    now: Number(time[0]),
  };
}

/** From INFO latencystats and commandstats. */
export function commandLatencies(latencyStats: string, commandStats: string): readonly CommandLatency[] {
  const calls = infoGroup(parseInfo(commandStats), "cmdstat_");
  return [...infoGroup(parseInfo(latencyStats), "latency_percentiles_usec_")]
    .map(([command, percentiles]) => ({
      command: command.replace("|", " ").toUpperCase(),
      calls: partNumber(calls.get(command) ?? new Map(), "calls") ?? 0,
      p50: partNumber(percentiles, "p50") ?? 0,
      p99: partNumber(percentiles, "p99") ?? 0,
      p999: partNumber(percentiles, "p99.9") ?? 0,
    }))
    .sort((one, other) => other.p999 - one.p999 || (one.command < other.command ? -1 : 1));
}

/** Round trips of PING, in milliseconds: through docker exec, and so more than a client on the network sees. */
export interface Probe {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** One PING after the other for so many seconds, with a millisecond between them: at most 1000 a second. */
export async function probe({ redis }: Pick<LiveRedis, "redis">, seconds: number): Promise<Probe> {
  const times: number[] = [];
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const sent = performance.now();
    await redis.ping();
    times.push(performance.now() - sent);
    await sleep(1);
  }
  return summary(times);
}

/** @param times milliseconds, in any order; at least one */
export function summary(times: readonly number[]): Probe {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
