import { bytesText } from "../amounts";
import { type Check, ok, type Seen, sum } from "./check";
import type { HostFacts } from "./host-facts";
import { memoryWanted } from "./memory-wanted";

/** The oldest that this project was run with is 20.10, whose API is 1.41; the provider's client speaks no API before 1.24. */
const KNOWN_API = "1.41";
const OLDEST_API = "1.24";

/** Of the kernels that distributions still care for, the oldest (RHEL 8). */
const OLDEST_KERNEL = "4.18";

/** Far more than NTP leaves, and far less than S3 refuses. */
const MAX_CLOCK_MS = 5000;

/** What the engine says of itself and of its host. */
export const ENGINE_CHECKS: readonly Check[] = [
  {
    check: "engine",
    means:
      "The Terraform provider and redis-ops speak its API; 20.10 with API 1.41 is the oldest that was tried.",
    look: ({ version, apiVersion, osType }) => {
      const saw = `Docker ${version}, API ${apiVersion}, ${osType}`;
      const fix = "install Docker 20.10 or newer";
      if (osType !== "linux") {
        return [{ level: "blocks", saw, fix: "switch Docker to Linux containers" }];
      }
      const level = isBefore(apiVersion, OLDEST_API)
        ? "blocks"
        : isBefore(apiVersion, KNOWN_API)
          ? "warn"
          : "ok";
      return level === "ok" ? ok(saw) : [{ level, saw, fix }];
    },
  },
  {
    check: "kernel",
    means: "Control groups of old kernels leak memory, and Redis is not tried with them.",
    look: ({ kernel }) =>
      isBefore(kernel, OLDEST_KERNEL)
        ? [{ level: "warn", saw: kernel, fix: "upgrade the host's kernel to 4.18 or newer" }]
        : ok(kernel),
  },
  {
    check: "memory limits",
    means: "Each server has a limit, so that a leak ends there; without it the whole host runs out.",
    look: ({ limitsMemory, limitsSwap, cgroupVersion = "1" }) => {
      const saw = `control groups of version ${cgroupVersion}`;
      const fix =
        "add cgroup_enable=memory swapaccount=1 to the kernel's command line, and start the host again";
      if (!limitsMemory) {
        return [{ level: "warn", saw: `${saw}, without limits of memory`, fix }];
      }
      return limitsSwap
        ? ok(`${saw}, with limits of memory and swap`)
        : [
            {
              level: "warn",
              saw: `${saw}, without limits of swap: a server can be swapped out, and is slow then`,
              fix,
            },
          ];
    },
  },
  {
    check: "rootless",
    means:
      "An engine without root has limits only as far as systemd hands them on, and publishes no port below 1024.",
    look: ({ isRootless }) =>
      isRootless
        ? [
            {
              level: "note",
              saw: "the engine runs without root",
              fix: "see that systemd delegates memory and cpu to it",
            },
          ]
        : ok("the engine runs as root"),
  },
  {
    check: "live-restore",
    means:
      "Whether servers go on while the engine is restarted or upgraded; without it, each of them starts anew.",
    look: ({ hasLiveRestore }) =>
      hasLiveRestore
        ? ok("on")
        : [
            {
              level: "note",
              saw: "off",
              fix: 'write {"live-restore": true} to /etc/docker/daemon.json, then systemctl reload docker',
            },
          ],
  },
  {
    check: "storage driver",
    means: "It holds the images only: data is in volumes, and servers write nothing beside them.",
    look: ({ storageDriver }) =>
      ["overlay2", "overlayfs", "fuse-overlayfs", "btrfs", "zfs"].includes(storageDriver)
        ? ok(storageDriver)
        : [{ level: "note", saw: `${storageDriver}, which is slow or given up`, fix: "use overlay2" }],
  },
  {
    check: "logging driver",
    means: "Servers log to json-file with rotation, whatever the engine's own default is.",
    look: ({ logDrivers }) =>
      logDrivers.includes("json-file")
        ? ok("json-file is there")
        : [
            {
              level: "blocks",
              saw: `only ${namesOf(logDrivers) || "none"}`,
              fix: "use an engine that has the driver json-file",
            },
          ],
  },
  {
    check: "clock",
    means: "Expiry, ages of backups and signatures of S3 go by clocks; S3 refuses more than 15 min.",
    look: ({ clockAheadMs, clockErrorMs }) => {
      const saw = `${(Math.abs(clockAheadMs) / 1000).toFixed(1)} s ${clockAheadMs < 0 ? "behind" : "ahead of"} this machine's`;
      return Math.abs(clockAheadMs) - clockErrorMs > MAX_CLOCK_MS
        ? [{ level: "warn", saw, fix: "set both by NTP: timedatectl set-ntp true" }]
        : ok(saw);
    },
  },
  {
    check: "ports",
    means: "A port that somebody else has cannot be published, and the deploy fails half-way.",
    look: ({ portsTaken }) =>
      portsTaken.length === 0
        ? ok("free, or the stacks' own")
        : portsTaken.map(({ stack, port, by }) => ({
            level: "blocks",
            saw: `${port} of ${stack} is taken by ${by}`,
            fix: `stop that one, or choose another hostPort for ${stack} in config/services`,
          })),
  },
  {
    check: "memory",
    means:
      "Limits are what servers may take; where all of them do, the kernel kills the largest process of the host.",
    look: memory,
  },
];

const namesOf = (names: readonly string[]) => names.join(", ");

function memory({ memTotal, stacks }: HostFacts): readonly Seen[] {
  const fix = "move a stack to another host, or lower its memory.maxmemory";
  const tooBig = stacks.filter(({ props }) => memoryWanted(props) > memTotal);
  const all = sum(stacks.map(({ props }) => memoryWanted(props)));
  const saw = `${bytesText(memTotal)} in the host, ${bytesText(all)} in the limits of ${stacks.length} ${stacks.length === 1 ? "stack" : "stacks"}`;
  if (tooBig.length > 0) {
    return tooBig.map(({ id, props }) => ({
      level: "blocks",
      saw: `${bytesText(memTotal)} in the host, and ${id} has a limit of ${bytesText(memoryWanted(props))}`,
      fix,
    }));
  }
  return all > memTotal ? [{ level: "warn", saw, fix }] : ok(saw);
}

/** Compares major and minor numbers, since 1.9 is before 1.41. What has no such beginning is not before. */
function isBefore(version: string, oldest: string): boolean {
  const numbers = (text: string) =>
    /^(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [Number.POSITIVE_INFINITY];
  const [major = 0, minor = 0] = numbers(version);
  const [oldestMajor = 0, oldestMinor = 0] = numbers(oldest);
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
