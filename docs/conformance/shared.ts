import { command, does, type Proof, refused } from "./row";

/** Proofs and facts that more than one description needs. */
export const shown = (room: string, title: string): Proof => ({
  file: `__tests__/${room}.test.ts`,
  title,
});

export const atLoopback = shown("constructs/redis-server", "publishes its port on loopback only");

export const up = command(
  "bin/up",
  "deploys it, and proves it by a write and a read",
  shown("engine/bin-up", "bin/up makes a Redis from nothing, shows the plan, and proves that it works"),
);

export const down = command(
  "bin/down",
  "removes it; volumes of production stay",
  shown("engine/bin-up-prod", "bin/down keeps the data and the secrets, and removes the rest"),
);

export const reset = command(
  "bin/down",
  "removes a development stack with its data",
  shown("engine/destroy", "removes everything of a development stack, its volume included"),
);

export const keepsProduction = does(
  "Terraform refuses to destroy the data of production",
  shown(
    "engine/destroy",
    "refuses to destroy a production stack because of its volumes, and removes nothing",
  ),
  { differs: "removing files by hand leaves some, and the wrong ones cannot be had back", traps: ["T15"] },
);

export const verify = command(
  "redis-ops verify",
  "waits until the container is healthy, then writes, reads and removes a key",
  shown("engine/secrets", "deploys a server that asks for the imported password"),
  { traps: ["T6"] },
);

export const logs = does(
  "`docker logs CONTAINER`: three files of 10 MiB",
  shown(
    "engine/container",
    "is started again by Docker unless somebody stopped it, and its log cannot fill the disk",
  ),
);

export const configShow = command(
  "redis-ops config show",
  "prints every value, and who decided it",
  shown("ops/stacks", "config show says of every value where it came from"),
  { traps: ["T7", "T21"] },
);

export const connection = command(
  "redis-ops connection",
  "prints the URL that a client takes, from the host or from the network",
  shown("ops/connection", "a stack that publishes a port has the container's name and port there"),
);

export const comesBack = command(
  "bin/up",
  "brings back what was stopped, killed or removed, with its data",
  shown("engine/drift", "is brought back with its data by the next deploy after %s"),
);

export const appliesLimits = command(
  "bin/up",
  "applies changed limits, which a restart does not",
  shown("engine/lifecycle", "has the new maxmemory and all 10,000 keys after the apply"),
  { traps: ["T51"] },
);

export const stopsCleanly = does(
  "a stopped server has time to save: 30 s in dev, 2 min in prod, more where its snapshot takes more",
  shown("engine/container", "stops within a second when idle, cleanly, and has saved what was written"),
);

export const floatingTag = refused(
  "a floating tag",
  "the next pull would change the files' format",
  ["T43"],
  shown("config/gates-images", "refuses %s"),
);

export const gatesCommand = command(
  "redis-ops gates",
  "says which rules a stack breaks, why, and what mends it",
  shown("ops/gates", "says what is refused, told and waived, with exit code 1 when something is refused"),
);

export const memoryCommand = command(
  "redis-ops memory",
  "prints the arithmetic from `maxmemory` to the container's limit",
  shown("ops/memory", "memory shows the arithmetic of a derived limit"),
  { traps: ["T16"] },
);

export const explainCommand = command(
  "redis-ops config explain",
  "tells why a value is what it is, and what the others would do",
  shown("ops/config-explain", "says of one value who decided it, why, and what the others would do"),
);

export const sizeIsEnough = does(
  "by hand such a container is killed; this one evicts and lives",
  shown("engine/memory-pressure", "evicts and lives, with snapshots while it is written to"),
  { traps: ["T16"] },
);

export const sessionsStay = does(
  "sessions stay when memory is short; `allkeys-lru` loses most of them",
  shown("engine/eviction", "are mostly gone with allkeys-lru, which is refused without a waiver"),
  { traps: ["T17"] },
);

export const backupCreate = command(
  "redis-ops backup create",
  "waits for one moment of all data, which has everything that was acknowledged before, under its own name",
  shown(
    "engine/backup-create",
    "a backup under write load is one moment, and nothing is missing that was acknowledged before",
  ),
  { differs: "BGSAVE answers at once, and what is copied then is older", traps: ["T4", "T5", "T39"] },
);

export const backupIsChecked = does(
  "exit code 0 of a backup says that it was read back and checked",
  shown("engine/backup-create", "it says what it made, list shows it, and verify reads it whole"),
  { differs: "LASTSAVE does not say whether the last one failed", traps: ["T57"] },
);

export const restoreFrom = command(
  "redis-ops restore --from BACKUP",
  "puts back every key with its time to live, loaded and compared with the backup before; what was there is kept",
  shown("engine/restore", "restores every key with its time to live"),
  { differs: "with the append-only file on, a copied dump.rdb changes nothing", traps: ["T1", "T2"] },
);

export const backupCopy = command(
  "redis-ops backup copy --to WHERE",
  "takes backups off the host: another folder, or S3",
  shown("ops/backup-copy", "the newest is copied byte for byte, and the second time there is nothing to do"),
  { traps: ["T39"] },
);

export const verifyFiles = command(
  "redis-ops verify --files",
  "checks the files that Redis 7 has, and changes none",
  shown("engine/verify-files", "checks the files that Redis would load, and finds them good"),
  { differs: "`appendonly.aof` is a folder of files", traps: ["T1"] },
);

export const renameGuard = command(
  "redis-ops preflight --apply",
  "refuses to rename a command that the append-only file has, and has the file written anew",
  shown(
    "engine/transition",
    "refuses to take away a command that the append-only file holds, and has it written anew",
  ),
  { traps: ["T20"] },
);

export const TOO_SMALL = {
  differs: "beside the data there has to be room for the copy that a snapshot needs",
  traps: ["T16"],
} as const;

export const LOSES_SESSIONS = {
  differs: "sessions must not be lost; what is full refuses writes",
  traps: ["T17"],
} as const;

export const PINNED = { differs: "the tag moves to another file format", traps: ["T43"] } as const;

export const LOOPBACK = {
  differs: "everybody on the network could reach it",
  traps: ["T40"],
} as const;
