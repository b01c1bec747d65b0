import type { ResolvedStack } from "../../../config/resolve-stack";
import { checkHost } from "../../../ops/doctor/host-checks";
import type { HostFacts, InsideFacts } from "../../../ops/doctor/host-facts";
import { shopStack, unchecked } from "../../support/stack-fixtures";

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** 256 MiB of data, a limit of 629 MiB, an append-only file. */
const shop = shopStack("dev");
const limit = shop.props.server.memoryLimit.toBytes();

/** With another part of its server. */
const server = (own: object, props: object = {}): ResolvedStack =>
  unchecked({ ...shop, props: { ...shop.props, ...props, server: { ...shop.props.server, ...own } } });

const cache = server({ persistence: { ...shop.props.server.persistence, appendonly: false, save: [] } });

const busy = server({ maxclients: 10_000 });

const inside: InsideFacts = {
  overcommitMemory: 1,
  transparentHugepage: "madvise",
  somaxconn: 4096,
  nofile: 1_048_576,
  memAvailable: 16 * GIB,
  swapTotal: 0,
  disks: [],
};

const good: HostFacts = {
  stacks: [shop],
  version: "20.10.24",
  apiVersion: "1.41",
  osType: "linux",
  kernel: "5.10.0-9-amd64",
  memTotal: 16 * GIB,
  storageDriver: "overlay2",
  logDrivers: ["json-file", "local"],
  cgroupVersion: "2",
  limitsMemory: true,
  limitsSwap: true,
  isRootless: false,
  hasLiveRestore: true,
  clockAheadMs: 0,
  clockErrorMs: 5,
  used: new Map(),
  portsTaken: [],
  inside,
};

const seen = (check: string, facts: Partial<HostFacts>) =>
  checkHost({ ...good, ...facts })
    .filter((result) => result.check === check)
    .map(({ level, saw, fix }) => (fix === undefined ? `${level}: ${saw}` : `${level}: ${saw}. Fix: ${fix}`));

const seenInside = (check: string, facts: Partial<InsideFacts>, stacks = [shop]) =>
  seen(check, { inside: { ...inside, ...facts }, stacks });

test("a good host has nothing to be told, and each check says what it means", () => {
  const checks = checkHost(good);
  expect(checks.filter(({ level }) => level !== "ok")).toEqual([]);
  expect(checks.map(({ check }) => check)).toHaveLength(15);
  expect(checks.every(({ means }) => means.endsWith("."))).toBe(true);
});

const NEWER = "Fix: install Docker 20.10 or newer";

test.each<[string, Partial<HostFacts>, string]>([
  ["engine", { apiVersion: "1.41" }, "ok: Docker 20.10.24, API 1.41, linux"],
  ["engine", { apiVersion: "1.9" }, `blocks: Docker 20.10.24, API 1.9, linux. ${NEWER}`],
  ["engine", { apiVersion: "1.23" }, `blocks: Docker 20.10.24, API 1.23, linux. ${NEWER}`],
  ["engine", { apiVersion: "1.24" }, `warn: Docker 20.10.24, API 1.24, linux. ${NEWER}`],
  ["engine", { apiVersion: "1.40" }, `warn: Docker 20.10.24, API 1.40, linux. ${NEWER}`],
  ["engine", { apiVersion: "1.100" }, "ok: Docker 20.10.24, API 1.100, linux"],
  [
    "engine",
    { osType: "windows" },
    "blocks: Docker 20.10.24, API 1.41, windows. Fix: switch Docker to Linux containers",
  ],
  ["kernel", { kernel: "4.18.0-553.el8" }, "ok: 4.18.0-553.el8"],
  ["kernel", { kernel: "4.17.9" }, "warn: 4.17.9. Fix: upgrade the host's kernel to 4.18 or newer"],
  ["kernel", { kernel: "3.10.0" }, "warn: 3.10.0. Fix: upgrade the host's kernel to 4.18 or newer"],
  [
    "memory limits",
    { limitsMemory: false, cgroupVersion: undefined },
    "warn: control groups of version 1, without limits of memory. " +
      "Fix: add cgroup_enable=memory swapaccount=1 to the kernel's command line, and start the host again",
  ],
  [
    "memory limits",
    { limitsSwap: false },
    "warn: control groups of version 2, without limits of swap: a server can be swapped out, and is slow then. " +
      "Fix: add cgroup_enable=memory swapaccount=1 to the kernel's command line, and start the host again",
  ],
  [
    "rootless",
    { isRootless: true },
    "note: the engine runs without root. Fix: see that systemd delegates memory and cpu to it",
  ],
  [
    "live-restore",
    { hasLiveRestore: false },
    'note: off. Fix: write {"live-restore": true} to /etc/docker/daemon.json, then systemctl reload docker',
  ],
  ["storage driver", { storageDriver: "vfs" }, "note: vfs, which is slow or given up. Fix: use overlay2"],
  [
    "logging driver",
    { logDrivers: ["local", "journald"] },
    "blocks: only local, journald. Fix: use an engine that has the driver json-file",
  ],
  [
    "logging driver",
    { logDrivers: [] },
    "blocks: only none. Fix: use an engine that has the driver json-file",
  ],
  ["clock", { clockAheadMs: 5005 }, "ok: 5.0 s ahead of this machine's"],
  [
    "clock",
    { clockAheadMs: 5006 },
    "warn: 5.0 s ahead of this machine's. Fix: set both by NTP: timedatectl set-ntp true",
  ],
  [
    "clock",
    { clockAheadMs: -60_000 },
    "warn: 60.0 s behind this machine's. Fix: set both by NTP: timedatectl set-ntp true",
  ],
  [
    "ports",
    { portsTaken: [{ stack: "shop-dev", port: "127.0.0.1:6379", by: "container other" }] },
    "blocks: 127.0.0.1:6379 of shop-dev is taken by container other. " +
      "Fix: stop that one, or choose another hostPort for shop-dev in config/services",
  ],
  ["memory", { memTotal: limit }, "ok: 629.0 MiB in the host, 629.0 MiB in the limits of 1 stack"],
  [
    "memory",
    { memTotal: limit - MIB },
    "blocks: 628.0 MiB in the host, and shop-dev has a limit of 629.0 MiB. " +
      "Fix: move a stack to another host, or lower its memory.maxmemory",
  ],
  [
    "memory",
    { memTotal: 2 * limit - MIB, stacks: [shop, cache] },
    "warn: 1.2 GiB in the host, 1.2 GiB in the limits of 2 stacks. " +
      "Fix: move a stack to another host, or lower its memory.maxmemory",
  ],
])("%s of %j", (check, facts, expected) => {
  expect(seen(check, facts)).toEqual([expected]);
});

const OVERCOMMIT =
  "Fix: sysctl vm.overcommit_memory=1, and the same line in /etc/sysctl.d/99-redis.conf, on the host";
const THP = "Fix: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled on the host, at each boot";
const FILES =
  'Fix: write {"default-ulimits": {"nofile": {"Name": "nofile", "Soft": 10032, "Hard": 10032}}} to ' +
  "/etc/docker/daemon.json and restart the engine, or lower maxclients";

test.each<[string, Partial<InsideFacts>, readonly ResolvedStack[], string]>([
  ["vm.overcommit_memory", { overcommitMemory: 0 }, [shop, cache], `warn: 0. ${OVERCOMMIT}`],
  ["vm.overcommit_memory", { overcommitMemory: 2 }, [shop], `warn: 2. ${OVERCOMMIT}`],
  ["vm.overcommit_memory", { overcommitMemory: 0 }, [cache], `note: 0. ${OVERCOMMIT}`],
  ["vm.overcommit_memory", { overcommitMemory: undefined }, [shop], `note: cannot be read. ${OVERCOMMIT}`],
  ["transparent huge pages", { transparentHugepage: "always" }, [shop], `note: always. ${THP}`],
  [
    "transparent huge pages",
    { transparentHugepage: "always" },
    [shop, server({ directives: { "disable-thp": "no" } })],
    `warn: always, and shop-dev has disable-thp no. ${THP}`,
  ],
  ["transparent huge pages", { transparentHugepage: undefined }, [shop], "ok: not there"],
  ["net.core.somaxconn", { somaxconn: 511 }, [shop], "ok: 511"],
  [
    "net.core.somaxconn",
    { somaxconn: 510 },
    [shop],
    "warn: 510, and tcp-backlog is 511. " +
      "Fix: sysctl net.core.somaxconn=511 on the host; containers made after that have it",
  ],
  [
    "net.core.somaxconn",
    { somaxconn: 4096 },
    [shop, server({ directives: { "tcp-backlog": "8192" } })],
    "warn: 4096, and tcp-backlog is 8192. " +
      "Fix: sysctl net.core.somaxconn=8192 on the host; containers made after that have it",
  ],
  ["open files", { nofile: 10_032 }, [busy], "ok: 10032"],
  ["open files", { nofile: 10_031 }, [shop, busy], `warn: 10031, and 10032 are needed by shop-dev. ${FILES}`],
  ["open files", { nofile: Number.POSITIVE_INFINITY }, [shop], "ok: no limit"],
  ["open files", { nofile: undefined }, [shop], "ok: cannot be read"],
])("%s of %j", (check, facts, stacks, expected) => {
  expect(seenInside(check, facts, [...stacks])).toEqual([expected]);
});

test("what servers have already is not wanted once more", () => {
  const free = (memAvailable: number | undefined, used: number) =>
    seen("free memory", { inside: { ...inside, memAvailable }, used: new Map([["shop-dev", used]]) });
  expect(free(limit - 100 * MIB, 100 * MIB)).toEqual([
    "ok: 529.0 MiB available, 0 B swap; the servers may take 529.0 MiB more",
  ]);
  expect(free(limit - 101 * MIB, 100 * MIB)).toEqual([
    "warn: 528.0 MiB available, 0 B swap; the servers may take 529.0 MiB more. " +
      "Fix: move something off the host, or lower memory.maxmemory of a stack",
  ]);
  expect(free(0, limit + MIB)).toEqual(["ok: 0 B available, 0 B swap; the servers may take 0 B more"]);
  expect(free(undefined, 0)).toEqual([]);
});

test("a disk must have room for what the volumes on it may still take, and for a first start", () => {
  const disk = (available: number, used: number, stacks = [shop]) =>
    seenInside(
      "disk",
      {
        disks: [
          {
            device: "/dev/sda1",
            total: GIB,
            available,
            volumes: [{ name: shop.props.dataVolume.name, used }],
          },
          { device: "/dev/sdb1", total: GIB, available: 64 * MIB, volumes: [] },
        ],
      },
      stacks,
    ).slice(0, 1);
  const FIX =
    "Fix: make room (docker system df shows what Docker has), or put Docker's folder on a larger disk";
  // Twice 256 MiB, and 100 % of growth.
  expect(disk(768 * MIB, 0)).toEqual([
    "ok: 768.0 MiB free on /dev/sda1; the stacks may take 768.0 MiB more there",
  ]);
  expect(disk(767 * MIB, 0)).toEqual([
    `warn: 767.0 MiB free on /dev/sda1; the stacks may take 768.0 MiB more there. ${FIX}`,
  ]);
  expect(disk(668 * MIB, 100 * MIB)).toHaveLength(1);
  expect(disk(668 * MIB, 100 * MIB)[0]).toMatch(/^ok/);
  expect(disk(64 * MIB - 1, 0)[0]).toMatch(/^blocks: 64.0 MiB free/);
  expect(disk(64 * MIB, 0)[0]).toMatch(/^warn: 64.0 MiB free/);
  expect(disk(64 * MIB, 0, [cache])).toEqual([
    "ok: 64.0 MiB free on /dev/sda1; the stacks may take 0 B more there",
  ]);
});

test("without a look from inside, what was not looked at is told", () => {
  const checks = checkHost({ ...good, inside: "the engine has no image of these stacks yet (redis:7.4.1)" });
  expect(checks).toHaveLength(11);
  expect(checks.at(-1)).toEqual({
    check: "container",
    level: "note",
    saw: "the engine has no image of these stacks yet (redis:7.4.1)",
    means:
      "Not looked at: vm.overcommit_memory, transparent huge pages, net.core.somaxconn, open files, free memory, disk. " +
      "A container of the stacks' own image looks at them.",
    fix: "pull or build the image, which bin/up does, and ask again",
  });
});
