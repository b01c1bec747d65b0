import type { RedisStackProps } from "../core/redis-stack-props";
import type { StoreKind } from "../core/store-props";
import type { PanelLevels } from "./dashboard-panel";

/** What decides which panels a service has, and where their levels are. */
export function dashboardFacts({ stores, server, thresholds, backups }: RedisStackProps) {
  const keeps = (kind: StoreKind) => stores.some((store) => store.kind === kind);
  const every = backups.schedule?.every.toSeconds() ?? 0;
  return {
    memory: thresholds.memory,
    clients: thresholds.connectedClients,
    blocked: thresholds.blockedClients,
    hitRatio: thresholds.hitRatio,
    /** Seconds. */
    latency: {
      warning: thresholds.latency.warning.toMilliseconds() / 1000,
      critical: thresholds.latency.critical.toMilliseconds() / 1000,
    } satisfies PanelLevels,
    /** A worker that looks into an empty queue is no miss of a cache. */
    isRead: thresholds.hitRatio !== undefined || !keeps("queue"),
    /** Clients that wait in a call such as BLPOP. */
    isWaitedFor: thresholds.blockedClients !== undefined || keeps("queue"),
    isPublishing: keeps("pub-sub"),
    policy: server.maxmemoryPolicy,
    hasAof: server.persistence.appendonly,
    isPersistent: server.persistence.appendonly || server.persistence.save.length > 0,
    hasBackups: every > 0,
    /** Seconds: one backup is late, and a second. */
    backupAge: { warning: 2 * every, critical: 3 * every } satisfies PanelLevels,
  };
}

export type DashboardFacts = ReturnType<typeof dashboardFacts>;
