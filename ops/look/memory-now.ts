import type Docker from "dockerode";
import { type Info, infoNumber } from "./info";

/** The memory of a running server and of its container. Sizes are in bytes; undefined: this server or engine does not say. */
export interface MemoryNow {
  /** What Redis has allocated: data, buffers and what it knows about them. */
  readonly used: number;
  /** The same at its highest since the start. */
  readonly peak: number;
  /** What the kernel has given to the process. */
  readonly resident: number;
  /** `resident` by `used`. Redis' own word for it is `mem_fragmentation_ratio`. */
  readonly fragmentation: number | undefined;
  /** Of the running server, which may not be the configured one; 0: none. */
  readonly maxmemory: number;
  readonly usedPercent: number | undefined;
  /** Data alone, and everything else within `used`. */
  readonly dataset: number | undefined;
  readonly overhead: number | undefined;
  readonly clients: number;
  readonly clientBuffers: number;
  readonly replicaBuffers: number;
  readonly backlog: number;
  readonly scripts: number;
  readonly cachedScripts: number;
  /** Counted since the start of the server. */
  readonly evictedKeys: number;
  readonly expiredKeys: number;
  readonly uptimeSeconds: number;
  /** Whether a fork writes a snapshot or the append-only file. */
  readonly isForking: boolean;
  readonly container: ContainerMemory | undefined;
}

/** What the control group of a container counts, as `docker stats` reads it. */
export interface ContainerMemory {
  /** Without page cache that the kernel takes back first, as `docker stats` shows it. */
  readonly used: number;
  readonly pageCache: number;
  readonly limit: number;
}

/** From the answer of INFO, and what the engine says of the container. */
export function memoryNow(info: Info, container: ContainerMemory | undefined): MemoryNow {
  const number = (name: string) => infoNumber(info, name) ?? 0;
  const used = number("used_memory");
  const resident = number("used_memory_rss");
  const maxmemory = number("maxmemory");
  return {
    used,
    peak: number("used_memory_peak"),
    resident,
    fragmentation: used > 0 ? resident / used : undefined,
    maxmemory,
    usedPercent: maxmemory > 0 ? (100 * used) / maxmemory : undefined,
    dataset: infoNumber(info, "used_memory_dataset"),
    overhead: infoNumber(info, "used_memory_overhead"),
    clients: number("connected_clients"),
    clientBuffers: number("mem_clients_normal"),
    replicaBuffers: number("mem_clients_slaves"),
    backlog: number("mem_replication_backlog"),
    // Before 7.0, used_memory_lua and used_memory_scripts alone.
    scripts: infoNumber(info, "used_memory_scripts_eval") ?? number("used_memory_scripts"),
    cachedScripts: number("number_of_cached_scripts"),
    evictedKeys: number("evicted_keys"),
    expiredKeys: number("expired_keys"),
    uptimeSeconds: number("uptime_in_seconds"),
    isForking: number("rdb_bgsave_in_progress") === 1 || number("aof_rewrite_in_progress") === 1,
    container,
  };
}

/** One reading. Undefined: the engine counts no memory for containers, as where its kernel has no such control group. */
export async function containerMemory(container: Docker.Container): Promise<ContainerMemory | undefined> {
  const stats = await container.stats({ stream: false, "one-shot": true });
  return containerMemoryOf(stats.memory_stats);
}

/** Control groups of version 1 call what Docker's client takes away `total_inactive_file`, those of version 2 `inactive_file`. */
export function containerMemoryOf(memory: {
  readonly usage?: number;
  readonly limit?: number;
  readonly stats?: Readonly<Record<string, unknown>>;
}): ContainerMemory | undefined {
  const { usage, limit, stats = {} } = memory;
  const of = (...names: readonly string[]) => Number(names.map((name) => stats[name]).find(isThere) ?? 0);
  return usage === undefined || limit === undefined
    ? undefined
    : {
        used: usage - Math.min(usage, of("total_inactive_file", "inactive_file")),
        pageCache: of("total_cache", "cache", "file"),
        limit,
      };
}

const isThere = (value: unknown) => value !== undefined;
