import type { DashboardFacts } from "./dashboard-facts";
import type { Metrics } from "./dashboard-metrics";
import { type PanelDefinition, statPanel } from "./dashboard-panel";

/** The numbers at the top of a service's dashboard. */
export function numberPanels(facts: DashboardFacts, metrics: Metrics): readonly PanelDefinition[] {
  const { memory, clients, blocked, hitRatio } = facts;
  return [
    statPanel(
      "Redis",
      "none",
      metrics.up,
      "Whether Redis answers its exporter. When it is down: bin/redis-ops diagnose $stack.",
      { words: ["DOWN", "UP"], runbook: "stopped" },
    ),
    statPanel("Alerts", "none", metrics.alerts, "Alerts that fire now. Their own texts say what to do.", {
      levels: { warning: 1, critical: 2 },
    }),
    statPanel(
      "Running for",
      "dtdurations",
      metrics.newest("redis_uptime_in_seconds"),
      "Time since Redis started. When nobody restarted it: bin/redis-ops diagnose $stack.",
      { runbook: "out-of-memory-kill" },
    ),
    statPanel(
      "Memory",
      "percent",
      metrics.memory,
      "Data and buffers, of maxmemory. What takes it: bin/redis-ops memory $stack.",
      { levels: memory, decimals: 1, noValue: "no limit", runbook: "memory-exhaustion" },
    ),
    statPanel(
      "Clients",
      "none",
      metrics.newest("redis_connected_clients"),
      "Connections, the exporter's among them. Whose they are: bin/redis-ops clients $stack.",
      { levels: clients, runbook: "rejected-connections" },
    ),
    statPanel("Hit ratio", "percent", metrics.hitRatio, "Reads that found their key, over ten minutes.", {
      isShown: facts.isRead,
      levels: hitRatio,
      decimals: 1,
      noValue: "no reads",
      runbook: "hit-ratio",
    }),
    statPanel(
      "Waiting clients",
      "none",
      metrics.newest("redis_blocked_clients"),
      "Workers that wait for a job. None of them: no worker is there, or all of them work.",
      {
        isShown: !facts.isRead && facts.isWaitedFor,
        // An alert fires above its threshold, a colour begins at it.
        levels: blocked && { warning: blocked.warning + 1, critical: blocked.critical + 1 },
        runbook: "blocked-clients",
      },
    ),
    statPanel(
      "Persistence",
      "none",
      metrics.persistence,
      "Whether the last write to disk was good. If not, memory still has the data: take a backup, then make room on the disk.",
      { isShown: facts.isPersistent, words: ["FAILED", "OK"], runbook: "persistence-failure" },
    ),
    statPanel(
      "Newest backup",
      "dtdurations",
      metrics.backupAge,
      "Age of the newest good backup. Why there is no newer one: the log of the backup container.",
      { isShown: facts.hasBackups, levels: facts.backupAge, noValue: "none yet", runbook: "backup-overdue" },
    ),
  ];
}
