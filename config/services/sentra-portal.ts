import type { Service } from "../service";

/**
 * Sentra Portal: sessions (`session:*`, 24 h), API cache (1 h), rate limits (1 h), locks (30 s), pub/sub.
 *
 * Other than before: an exact version in place of `redis:7-alpine`, which moves; `volatile-lru` in place of
 * `allkeys-lru`, which evicted live sessions; a container limit that leaves room for the copy a snapshot needs; loopback
 * in place of every interface. Append-only file (every second) and snapshots follow from `stores`. No TLS yet.
 */
export const sentraPortal: Service = {
  name: "sentra-portal",
  description: "Sessions, API cache, rate limits, locks and pub/sub of the Sentra Portal",
  engine: "redis-7.4",
  stores: [
    { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: false },
    { kind: "cache", keys: "api:users:*", ttl: "1 h", lossAcceptable: true },
    { kind: "cache", keys: "cache:project:*", ttl: "1 h", lossAcceptable: true },
    { kind: "rate-limits", keys: "api:key:*", ttl: "1 h", lossAcceptable: true },
    { kind: "locks", keys: "import:job:*", ttl: "30 s", lossAcceptable: false },
    { kind: "locks", keys: "process:payment:*", ttl: "30 s", lossAcceptable: false },
    { kind: "pub-sub", keys: "notifications", ttl: "none", lossAcceptable: true },
  ],
  thresholds: {
    memory: { warning: 80, critical: 90 },
    hitRatio: { warning: 80, critical: 70 },
  },
  client: { database: 0, connectTimeout: "5 s", commandTimeout: "5 s", poolSize: 10 },

  environments: {
    dev: {
      memory: { maxmemory: "256 MiB" },
      hostPort: 6379,
    },
    prod: {
      memory: { maxmemory: "2 GiB" },
      exporter: { hostPort: 9121 },
      containerName: "sentra-redis",
      dataVolumeName: "redis-data",
    },
  },
};
