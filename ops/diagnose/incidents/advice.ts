import type { Names } from "../incident";

/** What most procedures end with. */
export const verify = (n: Names) => ["prove that it works again", `bin/redis-ops verify ${n.stack}`] as const;

/** What most begin with where the server has ended. */
export const readLog = (n: Names) =>
  ["read what it said itself", `docker logs --tail 50 ${n.container}`] as const;

/** The data is in memory alone: a copy that needs no room on the same disk comes first. */
export const backupElsewhere = (n: Names) =>
  [
    "memory has all of the data: first take a copy of it to another disk or to S3; it goes by way of the network",
    `bin/redis-ops backup create ${n.stack} --at /ANOTHER/DISK`,
  ] as const;

/** Persistence fails because of the disk, or nearly always. */
export const findCause = (n: Names) =>
  [
    "see whether the disk is full, or cannot be written",
    `bin/redis-ops diagnose ${n.stack} --incident disk-full`,
  ] as const;

/** Gives the running server what is configured. @param first what is done before */
export const applyLive = (n: Names, first = "see which values differ") =>
  [
    [`${first}; this shows what would be set`, `bin/redis-ops apply-live ${n.stack} --dry-run`],
    ["set it, without a restart", `bin/redis-ops apply-live ${n.stack}`],
  ] as const;

/** Redis refuses a second snapshot while one is written, and that one fails. */
export const snapshot = (when: string, n: Names) =>
  [
    `${when} write a snapshot; once more where it says that one is in progress: that one began too early`,
    n.redis("BGSAVE"),
  ] as const;
