/**
 * What can go wrong with a Redis, by the name of its page in docs/runbooks. `redis-ops diagnose` finds it, the page says the
 * same steps, and alerts link to the page.
 */
export const RUNBOOKS = [
  "stopped",
  "cannot-start",
  "out-of-memory-kill",
  "unresponsive",
  "hung-script",
  "access-denied",
  "rejected-connections",
  "blocked-clients",
  "memory-exhaustion",
  "evictions",
  "persistence-failure",
  "disk-full",
  "data-corruption",
  "slow-commands",
  "hit-ratio",
  "replication",
  "backup-overdue",
  "exporter-absent",
] as const;

export type Runbook = (typeof RUNBOOKS)[number];
