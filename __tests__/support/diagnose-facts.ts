import type { ContainerFacts, Fact, Facts, InsideFacts, VolumeFacts } from "../../ops/diagnose/facts";
import { parseInfo } from "../../ops/look/info";
import { shopStack } from "./stack-fixtures";

export const NOW = Date.parse("2026-11-21T12:00:00Z");
const MINUTE = 60_000;
const MIB = 1024 ** 2;

const stack = shopStack("prod");

/** What is said differently of one fact; the fixture supplies everything else. */
export interface Changes {
  readonly props?: Partial<Facts["props"]>;
  readonly container?: Partial<ContainerFacts> | "none";
  readonly inside?: Partial<InsideFacts>;
  readonly volume?: Partial<VolumeFacts> | "none";
  /** Fields of INFO. */
  readonly info?: Readonly<Record<string, string>>;
  /** Lines of the log, five minutes after the container's start. */
  readonly log?: readonly string[];
  /** Any other fact as it is. */
  readonly facts?: Partial<Facts>;
}

const container: ContainerFacts = {
  status: "running",
  exitCode: 0,
  oomKilled: false,
  error: "",
  restartCount: 0,
  startedAt: NOW - 60 * MINUTE,
  finishedAt: NOW - 61 * MINUTE,
  health: "healthy",
  probe: "",
  image: stack.props.server.image,
  memoryLimit: stack.props.server.memoryLimit.toBytes(),
  networks: [stack.props.network.name],
};

const inside: InsideFacts = {
  processState: "S",
  overcommit: "1",
  memTotal: 8192 * MIB,
  memAvailable: 4096 * MIB,
  memoryUsed: 80 * MIB,
  oomKills: 0,
  cpuPeriods: 100,
  cpuThrottled: 1,
  peers: [{ address: "172.20.0.3", connections: 4 }],
};

const volume: VolumeFacts = {
  total: 10_240 * MIB,
  free: 5120 * MIB,
  freeInodes: 10_000,
  unwritable: [],
  readOnly: false,
};

/** As a server of 7.0.15 says it, but for fields that nobody judges. */
const INFO = {
  connected_clients: "4",
  maxclients: "10000",
  blocked_clients: "0",
  used_memory: `${64 * MIB}`,
  used_memory_dataset: `${60 * MIB}`,
  mem_not_counted_for_evict: "0",
  mem_clients_normal: "2000",
  allocator_frag_bytes: "200000",
  maxmemory: `${256 * MIB}`,
  maxmemory_policy: "noeviction",
  rdb_last_bgsave_status: "ok",
  aof_enabled: "1",
  aof_last_write_status: "ok",
  aof_last_bgrewrite_status: "ok",
  evicted_keys: "0",
  rejected_connections: "0",
  keyspace_hits: "5000",
  keyspace_misses: "10",
  latest_fork_usec: "400",
  role: "master",
};

const value = <T>(of: T): Fact<T> => ({ value: of });

/** What is seen of `shop-prod`, healthy but for these changes. */
export function factsWith({ props, log = [], facts, ...changes }: Changes = {}): Facts {
  const info = parseInfo(
    Object.entries({ ...INFO, ...changes.info })
      .map(([name, text]) => `${name}:${text}`)
      .join("\n"),
  );
  return {
    id: stack.id,
    props: { ...stack.props, ...props },
    now: NOW,
    container: value(changes.container === "none" ? "none" : { ...container, ...changes.container }),
    log: value(log.map((text) => ({ at: NOW - 55 * MINUTE, text }))),
    oomEvents: value([]),
    inside: value({ ...inside, ...changes.inside }),
    volume: value(changes.volume === "none" ? "none" : { ...volume, ...changes.volume }),
    answer: value({ kind: "pong", said: "PONG" }),
    info: value(info),
    evictedLater: value(Number(info.get("evicted_keys"))),
    slowlog: value([]),
    aclLog: value([]),
    passwords: value([{ user: "ops", file: "redis_ops_password", isSame: true }]),
    secrets: value([{ volume: "shop-prod-secrets", file: "redis_password", state: "present" }]),
    dataFiles: { unknown: "the server runs, and has loaded them" },
    exporter: value(container),
    metrics: value("redis_up 1"),
    schedule: value(container),
    scheduleLog: value([]),
    backups: value({ count: 3, newestSeconds: 3600, failures: [] }),
    ...facts,
  };
}

/** A server that does not run: what only it could say is not known. */
export const DOWN: Partial<Facts> = Object.fromEntries(
  ["inside", "answer", "info", "evictedLater", "slowlog", "aclLog", "passwords"].map((name) => [
    name,
    { unknown: "the server does not run" },
  ]),
);
