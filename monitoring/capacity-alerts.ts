import { Duration } from "../core/duration";
import type { RedisServerProps, ThresholdsProps } from "../core/redis-stack-props";
import { Size } from "../core/size";
import type { StoreProps } from "../core/store-props";
import { type Alert, atBothLevels, max, ratio, type Series, told } from "./alert";
import { RECORDED, sinceStart } from "./recording-rules";

/** A cache whose keys live shorter on the average is too small for what is asked of it. */
const SHORTEST_LIFE = Duration.parse("5 min");
/** Below this much data, what the program itself needs makes any ratio look bad (measured: 11 on an empty 7.0.15). */
const FRAGMENTATION_FLOOR = Size.mebibytes(100);
const FRAGMENTATION = 1.5;
/** `maxmemory` is 80 % of the container's limit at most, so that this is fragmentation, buffers, or a copy for a snapshot. */
const CONTAINER_PERCENT = 90;

export function memory(of: Series, server: RedisServerProps, thresholds: ThresholdsProps): readonly Alert[] {
  const { maxmemory, maxmemoryPolicy, memoryLimit } = server;
  const full =
    maxmemoryPolicy === "noeviction"
      ? "At 100 % Redis refuses writes."
      : `At 100 % Redis evicts (${maxmemoryPolicy}).`;
  return [
    // A cache that may evict any key is full by design.
    ...(maxmemoryPolicy.startsWith("allkeys-")
      ? []
      : atBothLevels((severity) => ({
          alert: "RedisMemoryHigh",
          expr: `${of(RECORDED.memoryRatio)} > ${ratio(thresholds.memory[severity])}`,
          for: "5m",
          summary: "memory is filling up",
          description: `used_memory is {{ $value | humanizePercentage }} of maxmemory (${maxmemory}). ${full} ${told(thresholds.memory, "above", " %")}`,
          runbook: "memory-exhaustion",
        }))),
    {
      alert: "RedisWritesRefused",
      severity: "critical",
      expr: `${of(RECORDED.refusedWrites)} > 0`,
      for: "1m",
      summary: "writes are refused, since memory is full",
      description: `{{ $value | printf "%.0f" }} commands were answered with OOM within 5 minutes: used_memory is above maxmemory (${maxmemory}), and nothing may be evicted.`,
      runbook: "memory-exhaustion",
    },
    {
      alert: "RedisMaxmemoryUnset",
      severity: "warning",
      expr: `${max(of("redis_memory_max_bytes"))} == 0`,
      for: "5m",
      summary: "Redis has no limit of its own",
      description: `maxmemory is 0, and the stack's is ${maxmemory}: somebody set it by hand. The kernel kills Redis at the container's ${memoryLimit}.`,
      runbook: "memory-exhaustion",
    },
    {
      alert: "RedisContainerMemoryHigh",
      severity: "warning",
      expr: `${max(of("redis_memory_used_rss_bytes"))} > ${Math.floor((memoryLimit.toBytes() * CONTAINER_PERCENT) / 100)}`,
      for: "10m",
      summary: "the kernel is about to kill Redis",
      description: `Redis has {{ $value | humanize1024 }}B of the container's ${memoryLimit}. The kernel kills it at 100 %; warning above ${CONTAINER_PERCENT} %.`,
      runbook: "out-of-memory-kill",
      infrastructure: true,
    },
    {
      alert: "RedisFragmentationHigh",
      severity: "warning",
      expr: `${max(of("redis_mem_fragmentation_ratio"))} > ${FRAGMENTATION} and on (stack) ${max(of("redis_memory_used_bytes"))} > ${FRAGMENTATION_FLOOR.toBytes()}`,
      for: "15m",
      summary: "memory is fragmented",
      description: `Redis has {{ $value | printf "%.2f" }} times the memory that its data needs. Warning above ${FRAGMENTATION}, from ${FRAGMENTATION_FLOOR} of data on.`,
      runbook: "memory-exhaustion",
    },
  ];
}

/** What users miss when it is evicted. */
function lost(stores: readonly StoreProps[]): string {
  const kinds = stores.filter(({ ttl, lossAcceptable }) => ttl !== undefined && !lossAcceptable);
  return [...new Set(kinds.map(({ kind }) => kind))].join(", ");
}

export function evictions(
  of: Series,
  { maxmemoryPolicy }: RedisServerProps,
  stores: readonly StoreProps[],
): readonly Alert[] {
  const common = { alert: "RedisEvictions", severity: "warning", runbook: "evictions" } as const;
  if (maxmemoryPolicy === "noeviction") {
    return [];
  }
  if (maxmemoryPolicy.startsWith("allkeys-")) {
    return [
      {
        ...common,
        expr: `${of(RECORDED.keys)} / on (stack) (${of(RECORDED.evictions)} > 0) < ${SHORTEST_LIFE.toSeconds()}`,
        for: "10m",
        summary: "keys are evicted soon after they were written",
        description: `At this rate all keys are evicted within {{ $value | humanizeDuration }}. A cache evicts by design (${maxmemoryPolicy}); below ${SHORTEST_LIFE} it is too small.`,
      },
    ];
  }
  const kinds = lost(stores);
  return [
    {
      ...common,
      expr: `${of(RECORDED.evictions)} > 0`,
      for: "5m",
      summary: "keys that clients count on are evicted",
      description: `{{ $value | humanize }} keys a second are evicted before their TTL (${maxmemoryPolicy})${kinds === "" ? "" : `, ${kinds} among them`}.`,
    },
  ];
}

export function clients(
  of: Series,
  { maxclients }: RedisServerProps,
  { connectedClients, blockedClients }: ThresholdsProps,
): readonly Alert[] {
  const rejected = of("redis_rejected_connections_total");
  return [
    ...atBothLevels((severity) => ({
      alert: "RedisConnectedClientsHigh",
      expr: `${max(of("redis_connected_clients"))} > ${connectedClients[severity]}`,
      for: "5m",
      summary: "many clients are connected",
      description: `{{ $value }} clients are connected, the exporter among them; maxclients is ${maxclients}. ${told(connectedClients, "above")}`,
      runbook: "rejected-connections",
    })),
    {
      alert: "RedisRejectedConnections",
      severity: "critical",
      // The exporter is rejected like everybody else. When it is let in again after 5 minutes, no window has the increase.
      expr: [
        `increase(${rejected}[5m])`,
        `${rejected} - last_over_time(${rejected}[1h] offset 5m)`,
        sinceStart(rejected, of("redis_uptime_in_seconds")),
      ]
        .map((expr) => `${max(expr)} > 0`)
        .join(" or "),
      for: "0m",
      summary: "connections are rejected",
      description: `{{ $value | printf "%.0f" }} connections were rejected in the last 5 minutes that the exporter saw, since maxclients (${maxclients}) was reached.`,
      runbook: "rejected-connections",
    },
    ...(blockedClients === undefined
      ? []
      : atBothLevels((severity) => ({
          alert: "RedisBlockedClientsHigh",
          expr: `${max(of("redis_blocked_clients"))} > ${blockedClients[severity]}`,
          for: "5m",
          summary: "clients wait in a blocking command",
          description: `{{ $value }} clients wait in BLPOP, XREAD or the like, which no client of this service should. ${told(blockedClients, "above")}`,
          runbook: "blocked-clients",
        }))),
  ];
}
