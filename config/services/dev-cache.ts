import type { Service } from "../service";

/**
 * The Redis of the local development environment (`app_dev_redis_cache`).
 *
 * Other than before: an exact version in place of `redis:alpine`, which floats to the next major one;
 * the append-only file is switched on here, because no image does that; and a memory limit, because
 * without one a leak takes the developer's machine.
 */
export const devCache: Service = {
  name: "dev-cache",
  description: "Session and CSRF tokens, rate limits and cached OIDC metadata of the development environment",
  engine: "redis-7.4",
  maxmemoryPolicy: "noeviction",
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
