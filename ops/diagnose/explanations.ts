/** `INCIDENT/OUTCOME`; a star stands for every outcome of the incident. */
type Pattern = string;

/**
 * What explains what: where both are found, the first is the cause, and printed before. Measured where it can be made to
 * happen (__tests__/engine/incident-server.test.ts), else from Redis' manual.
 */
export const EXPLANATIONS: readonly (readonly [cause: Pattern, consequences: readonly Pattern[]])[] = [
  [
    "disk-full/*",
    [
      "persistence-failure/aof-write",
      "persistence-failure/misconf",
      "persistence-failure/rewrite",
      "persistence-failure/slow-fsync",
      "data-corruption/*",
      "cannot-start/config",
      "stopped/ended",
      "stopped/looping",
      "unresponsive/*",
      "backup-overdue/overdue",
      "exporter-absent/redis-not-up",
    ],
  ],
  [
    "out-of-memory-kill/killed",
    ["stopped/killed", "stopped/ended", "stopped/looping", "unresponsive/*", "exporter-absent/redis-not-up"],
  ],
  ["out-of-memory-kill/child-killed", ["persistence-failure/misconf", "persistence-failure/rewrite"]],
  ["out-of-memory-kill/host-short", ["unresponsive/silent", "slow-commands/*"]],
  [
    "data-corruption/*",
    ["stopped/ended", "stopped/looping", "unresponsive/*", "exporter-absent/redis-not-up"],
  ],
  [
    "cannot-start/secrets",
    ["cannot-start/bad-secrets", "stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"],
  ],
  ["cannot-start/data-refused", ["stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"]],
  ["cannot-start/newer-data", ["stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"]],
  ["cannot-start/config", ["stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"]],
  ["cannot-start/renamed-command", ["stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"]],
  ["cannot-start/port", ["stopped/*", "unresponsive/*", "exporter-absent/redis-not-up"]],
  ["stopped/not-deployed", ["exporter-absent/*", "backup-overdue/*", "cannot-start/bad-secrets"]],
  [
    "stopped/*",
    ["unresponsive/*", "exporter-absent/redis-not-up", "backup-overdue/overdue", "backup-overdue/none"],
  ],
  ["hung-script/*", ["unresponsive/*", "slow-commands/slow", "exporter-absent/redis-not-up"]],
  [
    "access-denied/ops-refused",
    ["access-denied/refused", "cannot-start/bad-secrets", "exporter-absent/redis-not-up", "backup-overdue/*"],
  ],
  [
    "access-denied/file-changed",
    ["access-denied/refused", "cannot-start/bad-secrets", "exporter-absent/redis-not-up", "backup-overdue/*"],
  ],
  ["rejected-connections/lowered", ["rejected-connections/nearly"]],
  [
    "rejected-connections/full",
    [
      "rejected-connections/many",
      "unresponsive/unhealthy",
      "exporter-absent/redis-not-up",
      "backup-overdue/overdue",
    ],
  ],
  ["rejected-connections/nearly", ["rejected-connections/many"]],
  ...["stopped-process", "disk-wait", "silent", "loading", "no-listener", "strange"].map(
    (outcome) =>
      [`unresponsive/${outcome}`, ["unresponsive/unhealthy", "exporter-absent/redis-not-up"]] as const,
  ),
  ["unresponsive/no-network", ["exporter-absent/redis-not-up", "backup-overdue/overdue"]],
  [
    "persistence-failure/fork",
    ["persistence-failure/misconf", "persistence-failure/rewrite", "unresponsive/unhealthy"],
  ],
  ["persistence-failure/misconf", ["unresponsive/unhealthy", "backup-overdue/overdue"]],
  ["persistence-failure/aof-write", ["unresponsive/unhealthy", "backup-overdue/overdue"]],
  [
    "memory-exhaustion/lowered",
    ["memory-exhaustion/full", "memory-exhaustion/critical", "memory-exhaustion/warning", "evictions/*"],
  ],
  ["memory-exhaustion/full", ["evictions/*"]],
  ["evictions/kept-now", ["memory-exhaustion/critical", "memory-exhaustion/warning", "hit-ratio/*"]],
  ["evictions/kept-before", ["memory-exhaustion/critical", "memory-exhaustion/warning", "hit-ratio/*"]],
  ["slow-commands/throttled", ["slow-commands/slow", "slow-commands/slow-fork"]],
];

const matches = (pattern: Pattern, id: string) =>
  pattern.endsWith("/*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern;

/** Whether one finding is why there is the other. */
export function explains(cause: string, consequence: string): boolean {
  return (
    cause !== consequence &&
    EXPLANATIONS.some(
      ([pattern, others]) => matches(pattern, cause) && others.some((other) => matches(other, consequence)),
    )
  );
}
