import type { Service } from "../service";

/**
 * The Redis of the local development environment (`app_dev_redis_cache`).
 *
 * Other than before: an exact version in place of `redis:alpine`, which floats to the next major one;
 * the append-only file is switched on here, because no image does that, and it begins with a snapshot, so that
 * none is written beside it; and a memory limit, because without one a leak takes the developer's machine.
 * At that limit the least recently used key goes, since all of it may be lost here.
 */
export const devCache: Service = {
  name: "dev-cache",
  description: "Session and CSRF tokens, rate limits and cached OIDC metadata of the development environment",
  engine: "redis-7.4",
  stores: [
    { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: true },
    { kind: "tokens", keys: "csrf:*", ttl: "1 h", lossAcceptable: true },
    { kind: "rate-limits", keys: "ratelimit:*", ttl: "1 h", lossAcceptable: true },
    { kind: "cache", keys: "oidc:*", ttl: "1 h", lossAcceptable: true },
    { kind: "cache", keys: "temporal:*", ttl: "1 h", lossAcceptable: true },
  ],
  persistence: { appendonly: true, appendfsync: "everysec", save: [] },

  environments: {
    dev: {
      memory: { maxmemory: "128 MiB" },
      hostPort: 6380,
      containerName: "app_dev_redis_cache",
      dataVolumeName: "redis_data",
      networkName: "dev-network",
    },
  },
};
