import { gates } from "../../config/gates";
import type { Gate } from "../../config/gates/gate";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Store } from "../../config/service";
import type { RedisServerProps } from "../../core/redis-stack-props";
import { type StackOptions, shopStack } from "./stack-fixtures";

export const sessions: Store = { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: false };
export const cache: Store = { kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true };
export const queue: Store = { kind: "queue", keys: "queue:*", ttl: "none", lossAcceptable: false };
export const tokens: Store = { kind: "tokens", keys: "api-key:*", ttl: "none", lossAcceptable: false };

const hourly = { after: "1 h", changes: 1 } as const;
const waiver = { rule: "published-port", reason: "until the firewall is there", expires: "2027-03-31" };
const published: StackOptions["deployment"] = { hostPort: 6379, hostAddress: "0.0.0.0" };
const bridge: StackOptions["environment"] = { network: "bridge" };

/** What breaks a gate in `shop-prod`, the least that keeps it, and what is said. */
export interface Trial {
  readonly breaks: StackOptions;
  readonly keeps: StackOptions;
  /** `field: got …, expected …`, without the fix. */
  readonly says: string;
}

export const TRIALS: Readonly<Record<string, Trial>> = {
  authentication: {
    breaks: { environment: { auth: "none" } },
    keeps: { environment: { auth: "requirepass" } },
    says: 'environments/prod.auth: got "none", expected "requirepass", so that nobody talks to Redis without a password',
  },
  "published-port": {
    breaks: { environment: bridge, deployment: published },
    keeps: { environment: bridge, deployment: { ...published, hostAddress: "127.0.0.1" } },
    says: 'shop.environments.prod.hostAddress: got "0.0.0.0", expected an address of the host alone, such as "127.0.0.1"',
  },
  "dangerous-commands": {
    breaks: {
      environment: { disabledCommands: ["FLUSHALL", "FLUSHDB"], renamedCommands: { CONFIG: "OPS_CONFIG" } },
    },
    keeps: {
      environment: {
        disabledCommands: ["FLUSHALL", "FLUSHDB"],
        renamedCommands: { CONFIG: "OPS_CONFIG", SHUTDOWN: "OPS_SHUTDOWN", DEBUG: "OPS_DEBUG" },
      },
    },
    says: "environments/prod.disabledCommands: got nothing against DEBUG, SHUTDOWN, expected FLUSHALL, FLUSHDB, DEBUG, CONFIG, SHUTDOWN disabled or renamed",
  },
  "memory-limit": {
    breaks: { deployment: { memory: {} } },
    keeps: { deployment: { memory: { limit: "629 MiB" } } },
    says: "shop.environments.prod.memory: got neither maxmemory nor limit, expected one of them; a Redis without a limit takes the whole host",
  },
  "fork-memory": {
    breaks: { deployment: { memory: { maxmemory: "256 MiB", limit: "628 MiB" } } },
    keeps: { deployment: { memory: { maxmemory: "256 MiB", limit: "629 MiB" } } },
    says: "shop.environments.prod.memory.maxmemory: got 256 MiB of 628 MiB, expected 255 MiB or less, to have room for the copy",
  },
  "clients-memory": {
    breaks: { service: { maxclients: 7085 } },
    keeps: { service: { maxclients: 7084 } },
    says: "shop.maxclients: got 7085, which take 101 % of the 256 MiB of shop-prod when all are busy, expected 3542 or fewer, which take half of it",
  },
  persistence: {
    breaks: { service: { persistence: { appendonly: false, save: [] } } },
    keeps: { service: { persistence: { appendonly: true, save: [] } } },
    says: "shop.persistence: got neither an append-only file nor save points, expected an append-only file, since sessions must not be lost",
  },
  "snapshots-only": {
    breaks: { service: { persistence: { appendonly: false, save: [hourly] } } },
    keeps: { service: { persistence: { appendonly: true, save: [hourly] } } },
    says: "shop.persistence.appendonly: got false, with save points alone, expected true, since sessions must not be lost",
  },
  fsync: {
    breaks: { service: { persistence: { appendonly: true, appendfsync: "no", save: [] } } },
    keeps: { service: { persistence: { appendonly: true, appendfsync: "everysec", save: [] } } },
    says: 'shop.persistence.appendfsync: got "no", expected "everysec" or "always", since sessions must not be lost',
  },
  "data-volume": {
    breaks: { environment: { dataVolume: "destroyable" } },
    keeps: { environment: { dataVolume: "protected" } },
    says: 'environments/prod.dataVolume: got "destroyable", expected "protected", since sessions must not be lost',
  },
  backups: {
    breaks: { deployment: { backups: "off" } },
    keeps: { deployment: { backups: {} } },
    says: 'shop.environments.prod.backups: got "off", expected a schedule, since sessions must not be lost',
  },
  "start-period": {
    breaks: {
      service: { healthcheck: { startPeriod: "10 s" } },
      deployment: { memory: { maxmemory: "954 MiB" } },
    },
    keeps: {
      service: { healthcheck: { startPeriod: "10 s" } },
      deployment: { memory: { maxmemory: "953 MiB" } },
    },
    says: "shop.healthcheck.startPeriod: got 10 s, expected 11 s or more, to load the 954 MiB of shop-prod",
  },
  "sessions-evicted": {
    breaks: { service: { stores: [sessions, cache], maxmemoryPolicy: "allkeys-lru" } },
    keeps: { service: { stores: [sessions, cache], maxmemoryPolicy: "volatile-lru" } },
    says: 'shop.maxmemoryPolicy: got "allkeys-lru", expected "noeviction" or "volatile-lru", since sessions must live until their TTL ends',
  },
  "volatile-without-ttl": {
    breaks: { service: { stores: [sessions, tokens], maxmemoryPolicy: "volatile-lru" } },
    keeps: { service: { stores: [sessions, tokens], maxmemoryPolicy: "noeviction" } },
    says: 'shop.maxmemoryPolicy: got "volatile-lru", expected "noeviction", since tokens without TTL would push out sessions',
  },
  "queue-evicted": {
    breaks: { service: { stores: [queue], maxmemoryPolicy: "volatile-ttl" } },
    keeps: { service: { stores: [queue], maxmemoryPolicy: "noeviction" } },
    says: 'shop.maxmemoryPolicy: got "volatile-ttl", expected "noeviction", since queue must not be lost',
  },
  "keys-evicted": {
    breaks: { service: { stores: [tokens, cache], maxmemoryPolicy: "allkeys-lfu" } },
    keeps: { service: { stores: [tokens, cache], maxmemoryPolicy: "volatile-lfu" } },
    says: 'shop.maxmemoryPolicy: got "allkeys-lfu", expected "noeviction", since tokens without TTL must not be lost',
  },
  "cache-noeviction": {
    breaks: { service: { stores: [sessions, cache], maxmemoryPolicy: "noeviction" } },
    keeps: { service: { stores: [sessions], maxmemoryPolicy: "noeviction" } },
    says: 'shop.maxmemoryPolicy: got "noeviction", expected a policy that evicts cache:*',
  },
  "end-of-life": {
    breaks: { engine: "debian-7.0.15", today: "2028-07-01" },
    keeps: { engine: "debian-7.0.15", today: "2028-06-30" },
    says: "REDIS_ENGINE: got Redis 7.0.15, mended until 2028-06-30, expected an engine that is mended on 2028-07-01",
  },
  "end-of-life-near": {
    breaks: { service: { engine: "debian-7.0.15" }, today: "2028-01-02" },
    keeps: { service: { engine: "debian-7.0.15" }, today: "2028-01-01" },
    says: "shop.engine: got Redis 7.0.15, mended until 2028-06-30, expected more than 180 days from 2028-01-02",
  },
  restart: {
    breaks: { service: { restart: "on-failure" } },
    keeps: { service: { restart: "always" } },
    says: 'shop.restart: got "on-failure", expected "unless-stopped" or "always"',
  },
  metrics: {
    breaks: { deployment: { exporter: "off" } },
    keeps: { deployment: { exporter: { hostPort: 9121 } } },
    says: 'shop.environments.prod.exporter: got "off", expected an exporter that Prometheus reads',
  },
  "blocked-clients": {
    breaks: { service: { stores: [queue], thresholds: { blockedClients: { warning: 10, critical: 20 } } } },
    keeps: { service: { stores: [queue], thresholds: { blockedClients: { warning: 11, critical: 20 } } } },
    says: "shop.thresholds.blockedClients.warning: got 10, expected more than the workers that wait; one process alone has client.poolSize 10",
  },
  "latency-unrecorded": {
    breaks: { service: { slowlogLogSlowerThan: "21 ms", latencyMonitorThreshold: "0 ms" } },
    keeps: { service: { slowlogLogSlowerThan: "20 ms", latencyMonitorThreshold: "0 ms" } },
    says: "shop.slowlogLogSlowerThan: got 21 ms, with a critical latency of 20 ms, expected 20 ms or less",
  },
  waiver: {
    breaks: {
      environment: bridge,
      deployment: { ...published, waivers: [{ ...waiver, expires: "2026-11-20" }] },
    },
    keeps: { environment: bridge, deployment: { ...published, waivers: [waiver] } },
    says: 'shop.environments.prod.waivers[0].expires: got "2026-11-20", expected 2026-11-21 or later, since it has ended',
  },
  "unused-waiver": {
    breaks: { deployment: { waivers: [waiver] } },
    keeps: { environment: bridge, deployment: { ...published, waivers: [waiver] } },
    says: 'shop.environments.prod.waivers[0].rule: got "published-port", expected a gate that the stack breaks; it keeps this one',
  },
};

/** Gates about what no service and no environment decides: the stack is changed by hand. */
export const CONSTRUCTED: Readonly<
  Record<string, { breaks: Partial<RedisServerProps>; keeps: Partial<RedisServerProps>; says: string }>
> = {
  "floating-tag": {
    breaks: { image: "redis:7-alpine" },
    keeps: { image: "redis:7.4.11-alpine" },
    says: 'engines/redis-7.4.image: got "redis:7-alpine", expected a tag with the full version x.y.z, or a digest',
  },
  probe: {
    breaks: { healthcheck: { ...shopStack("prod").props.server.healthcheck, command: "redis-cli ping" } },
    keeps: {
      healthcheck: {
        ...shopStack("prod").props.server.healthcheck,
        command: "redis-cli ping | grep -qx PONG",
      },
    },
    says: 'shop.healthcheck.command: got "redis-cli ping", expected a command that compares the reply with PONG',
  },
};

export const gateOf = (id: string): Gate => {
  const gate = gates.find((candidate) => candidate.id === id);
  if (gate === undefined) {
    throw new Error(`no gate ${id}`);
  }
  return gate;
};

export const withServer = (stack: ResolvedStack, server: Partial<RedisServerProps>): ResolvedStack => ({
  ...stack,
  props: { ...stack.props, server: { ...stack.props.server, ...server } },
});
