import { isPersistent } from "../../core/memory-budget";
import { bytesText } from "../amounts";
import { type InsideCheck, ok, type Seen, sum } from "./check";
import { diskWants } from "./disk-wants";
import type { DiskFacts, HostFacts } from "./host-facts";
import { memoryWanted } from "./memory-wanted";

/** Redis' own for listening, the log, and its files (CONFIG_MIN_RESERVED_FDS). */
const RESERVED_FILES = 32;

/** Redis' default, unless a service sets another. */
const TCP_BACKLOG = 511;

/** A first start writes little: an empty append-only set, a snapshot, the secrets. */
const LEAST_DISK = 64 * 1024 ** 2;

/** What a container sees of the host. */
export const INSIDE_CHECKS: readonly InsideCheck[] = [
  {
    check: "vm.overcommit_memory",
    means:
      "A snapshot and a rewrite fork. With 0 the kernel may refuse that when little memory is free, though hardly any is copied: BGSAVE fails, and writes are refused.",
    look: ({ overcommitMemory }, { stacks }) => {
      const forking = stacks.filter(({ props }) => isPersistent(props.server.persistence));
      const fix =
        "sysctl vm.overcommit_memory=1, and the same line in /etc/sysctl.d/99-redis.conf, on the host";
      if (overcommitMemory === undefined) {
        return [{ level: "note", saw: "cannot be read", fix }];
      }
      return overcommitMemory === 1
        ? ok("1")
        : [{ level: forking.length > 0 ? "warn" : "note", saw: `${overcommitMemory}`, fix }];
    },
  },
  {
    check: "transparent huge pages",
    means:
      "With always, a fork copies 2 MiB for each byte that changes. Redis switches them off for itself (disable-thp).",
    look: ({ transparentHugepage = "not there" }, { stacks }) => {
      const own = stacks.filter(({ props }) => props.server.directives["disable-thp"] === "no");
      const fix = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled on the host, at each boot";
      if (transparentHugepage !== "always") {
        return ok(transparentHugepage);
      }
      return own.length === 0
        ? [{ level: "note", saw: "always", fix }]
        : [{ level: "warn", saw: `always, and ${namesOf(own.map(({ id }) => id))} has disable-thp no`, fix }];
    },
  },
  {
    check: "net.core.somaxconn",
    means:
      "The kernel cuts tcp-backlog to it; connections beyond that in one moment are dropped and tried again.",
    look: ({ somaxconn }, { stacks }) => {
      const most = Math.max(
        ...stacks.map(({ props }) => Number(props.server.directives["tcp-backlog"] ?? TCP_BACKLOG)),
      );
      const saw = `${somaxconn ?? "cannot be read"}`;
      return somaxconn === undefined || somaxconn >= most
        ? ok(saw)
        : [
            {
              level: "warn",
              saw: `${saw}, and tcp-backlog is ${most}`,
              fix: `sysctl net.core.somaxconn=${most} on the host; containers made after that have it`,
            },
          ];
    },
  },
  {
    check: "open files",
    means:
      "Each client is a file. With fewer than maxclients + 32, Redis lowers maxclients, and says so in its log only.",
    look: ({ nofile }, { stacks }) => {
      const short = stacks.filter(
        ({ props }) => props.server.maxclients + RESERVED_FILES > (nofile ?? Infinity),
      );
      const most = Math.max(...short.map(({ props }) => props.server.maxclients + RESERVED_FILES));
      const saw = `${nofile === Number.POSITIVE_INFINITY ? "no limit" : (nofile ?? "cannot be read")}`;
      return short.length === 0
        ? ok(saw)
        : [
            {
              level: "warn",
              saw: `${saw}, and ${most} are needed by ${namesOf(short.map(({ id }) => id))}`,
              fix: `write {"default-ulimits": {"nofile": {"Name": "nofile", "Soft": ${most}, "Hard": ${most}}}} to /etc/docker/daemon.json and restart the engine, or lower maxclients`,
            },
          ];
    },
  },
  {
    check: "free memory",
    means: "What the servers may still take beyond what they have, against what the host has left.",
    look: ({ memAvailable, swapTotal }, { stacks, used }) => {
      if (memAvailable === undefined) {
        return [];
      }
      const wanted = sum(
        stacks.map(({ id, props }) => Math.max(0, memoryWanted(props) - (used.get(id) ?? 0))),
      );
      const saw = `${bytesText(memAvailable)} available, ${bytesText(swapTotal ?? 0)} swap; the servers may take ${bytesText(wanted)} more`;
      return wanted <= memAvailable
        ? ok(saw)
        : [{ level: "warn", saw, fix: "move something off the host, or lower memory.maxmemory of a stack" }];
    },
  },
  {
    check: "disk",
    means:
      "At most: full of data that cannot be compressed. On a full disk Redis refuses writes, and backups fail.",
    look: ({ disks }, { stacks }) => disks.flatMap((disk) => room(disk, stacks)),
  },
];

const namesOf = (names: readonly string[]) => names.join(", ");

function room({ device, available, volumes }: DiskFacts, stacks: HostFacts["stacks"]): readonly Seen[] {
  const wants = stacks.flatMap(({ props }) => diskWants(props));
  const wanted = sum(
    volumes.map(({ name, used }) =>
      Math.max(0, sum(wants.filter(({ volume }) => volume === name).map(({ bytes }) => bytes)) - used),
    ),
  );
  const saw = `${bytesText(available)} free on ${device}; the stacks may take ${bytesText(wanted)} more there`;
  const fix = "make room (docker system df shows what Docker has), or put Docker's folder on a larger disk";
  const level = available < LEAST_DISK ? "blocks" : available < wanted ? "warn" : "ok";
  return level === "ok" ? ok(saw) : [{ level, saw, fix }];
}
