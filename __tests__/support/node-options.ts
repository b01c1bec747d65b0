/** How `bin/redis-ops` starts Node.js, for programs that run its commands in a process of their own. */
export const nodeOptions = [
  "--single-threaded",
  "--max-semi-space-size=4",
  "--heap-growing-percent=20",
  "--require",
  "tsx/cjs",
] as const;
