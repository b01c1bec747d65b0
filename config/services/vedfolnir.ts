import type { Service } from "../service";

/**
 * Vedfolnir: sessions (2 h) and the queues of RQ, whose jobs wait at most 2 h and whose results stay 24 h.
 *
 * Other than before:
 * - an exact version in place of `redis:7-alpine`, which moves;
 * - `noeviction` in place of `volatile-lru`, which evicted every session once a queue grew;
 * - a container limit above `maxmemory`, or the kernel kills Redis before it evicts;
 * - the half CPU that was reserved as a weight of 512, since Docker reserves no CPU outside of Swarm;
 * - latency above 100 ms in place of 100 µs: Redis counts whole milliseconds;
 * - a start period that follows from `maxmemory`, in place of 10 s, in which a large file is not loaded;
 * - EVAL stays, since client libraries send it; the default user stays, since `redis-cli -a` logs in as that one;
 * - the log goes to `docker logs` in place of a file, and the encoding limits have the names of Redis 7.
 *
 * The volume is called what Docker Compose calls `redis_data` in the project `vedfolnir`:
 * docs/decisions/009-volume-of-vedfolnir.md. Events of expired keys (`Ex`) come when Redis notices, and reach only
 * who listens: they announce, and clean nothing up.
 */
export const vedfolnir: Service = {
  name: "vedfolnir",
  description: "Sessions and RQ job queues of Vedfolnir",
  engine: "redis-7.4",
  stores: [
    {
      kind: "sessions",
      keys: "vedfolnir:session:*",
      ttl: "2 h",
      lossAcceptable: false,
      format: {
        encoding: "json",
        user: "username",
        createdAt: "created_at",
        lastActivity: "last_activity",
      },
    },
    { kind: "queue", keys: "rq:queue:*", ttl: "none", lossAcceptable: false },
    { kind: "jobs", keys: "rq:job:*", ttl: "2 h", lossAcceptable: false },
    { kind: "results", keys: "rq:results:*", ttl: "24 h", lossAcceptable: true },
  ],
  maxmemorySamples: 10,
  activedefrag: true,
  encoding: {
    hashMaxListpackEntries: 1024,
    hashMaxListpackValue: "256 B",
    listMaxListpackSize: -1,
    setMaxIntsetEntries: 1024,
  },
  persistence: {
    appendonly: true,
    appendfsync: "everysec",
    autoAofRewritePercentage: 100,
    autoAofRewriteMinSize: "64 MiB",
    save: [
      { after: "15 min", changes: 1 },
      { after: "5 min", changes: 10 },
      { after: "1 min", changes: 10000 },
      { after: "30 s", changes: 100000 },
    ],
  },
  maxclients: 10000,
  notifyKeyspaceEvents: "Ex",
  slowlogLogSlowerThan: "10 ms",
  latencyMonitorThreshold: "100 ms",
  healthcheck: { interval: "30 s", timeout: "10 s", retries: 5 },
  restart: "unless-stopped",

  environments: {
    dev: {
      memory: { maxmemory: "512 MiB" },
      hostPort: 6382,
    },
    prod: {
      memory: { maxmemory: "1 GiB", reservation: "512 MiB" },
      cpus: 1,
      cpuShares: 512,
      exporter: { hostPort: 9123 },
      containerName: "vedfolnir_redis",
      networkName: "vedfolnir_internal",
      dataVolumeName: "vedfolnir_redis_data",
    },
  },
};
