import type { Service } from "../service";

/**
 * ProspectFlow: the sessions of its users (`session:<cognito_sub>`, 24 h).
 *
 * Other than before: an exact version in place of `redis:7-alpine`, which moves; `noeviction` in place of `allkeys-lru`,
 * which logged users out when memory was short; a container limit that leaves room for the copy a snapshot needs; the
 * data in a volume; loopback in place of every interface. Append-only file and snapshots follow from `stores`.
 * Port 6379 of the host belongs to `sentra-portal-dev` and 9121 to its exporter, since all may run on one machine.
 * No client of it waits in a blocking call, as the workers of a queue do, so that one that does is worth a warning.
 */
export const prospectflow: Service = {
  name: "prospectflow",
  description: "Sessions of the users of ProspectFlow",
  engine: "redis-7.4",
  stores: [
    {
      kind: "sessions",
      keys: "session:*",
      ttl: "24 h",
      lossAcceptable: false,
      format: {
        encoding: "json",
        organisation: "organisationId",
        createdAt: "createdAt",
      },
    },
  ],
  slowlogLogSlowerThan: "10 ms",
  slowlogMaxLen: 128,
  healthcheck: { interval: "10 s", timeout: "3 s", retries: 3 },
  thresholds: {
    memory: { warning: 70, critical: 90 },
    connectedClients: { warning: 100, critical: 500 },
    blockedClients: { warning: 0, critical: 10 },
    hitRatio: { warning: 90, critical: 70 },
    latency: { warning: "5 ms", critical: "20 ms" },
  },
  contacts: {
    onCall: "Team Slack channel of ProspectFlow",
    infrastructure: "Infra team",
    escalation: "Engineering lead",
  },

  environments: {
    dev: {
      memory: { maxmemory: "256 MiB" },
      hostPort: 6381,
    },
    prod: {
      memory: { maxmemory: "256 MiB" },
      exporter: { hostPort: 9122 },
      containerName: "prospectflow-redis",
      networkName: "prospectflow-network",
    },
  },
};
