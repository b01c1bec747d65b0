import { bytesText } from "../../amounts";
import { containerOf, type Facts, isUp, known } from "../facts";
import { type Advice, from, type Incident, type Names, ok, type Seen, step, unknown } from "../incident";
import { verify } from "./advice";
import { matching } from "./reading";

/** Exit code of a process that got SIGKILL. */
const SIGKILL_CODE = 137;

export const outOfMemoryKill: Incident = {
  name: "out-of-memory-kill",
  title: "The kernel killed Redis, or its copy, for want of memory",
  symptoms: [
    "the container restarted without anybody asking it to; clients say `Connection reset by peer`",
    "`docker inspect` says `OOMKilled: true` or exit code 137",
    "the log says `Background saving terminated by signal 9`",
  ],
  steps: [
    step({
      looks: "whether the kernel has killed a process of the container in the last 24 hours",
      command: (n) =>
        `docker inspect --format '{{.State.OOMKilled}} {{.State.ExitCode}} {{.RestartCount}}' ${n.container}; docker events --since 24h --until 0s --filter container=${n.container} --filter event=oom`,
      fine: "The engine knows of no such kill.",
      outcomes: {
        killed: {
          severity: "critical",
          title: "the kernel killed Redis: the container's memory was used up",
          means:
            "The limit was smaller than data, buffers and copies together. With the append-only file at most the last second of writes is missing; starting again without more room ends the same way.",
          next: (n) => [
            ...moreRoom(n),
            ["where it does not run yet: start it now, with that room", `docker restart ${n.container}`],
            verify(n),
          ],
        },
        "child-killed": {
          severity: "warning",
          title: "the kernel killed the process that writes a snapshot, and left the server alone",
          means:
            "The copy needs up to as much memory again as keys change meanwhile. The data in memory is whole; snapshots and rewrites fail until there is room.",
          next: (n) => [
            ["take a copy by way of the network now", `bin/redis-ops backup create ${n.stack}`],
            ["see what the limit is for", `bin/redis-ops memory ${n.stack}`],
            [`raise memory in config/services/${n.service}.ts, and deploy`, `bin/up ${n.stack}`],
          ],
        },
        restarted: {
          severity: "warning",
          title: "the kernel killed Redis, and Docker has started it again",
          means:
            "It runs with the same room as before, unless that was raised meanwhile, and the kernel may kill it again. With the append-only file at most the last second of writes is missing. Once it has run for an hour, or was started by hand, this is a note.",
          next: moreRoom,
        },
        before: {
          severity: "note",
          title: "the kernel has killed a process of this container before it was last started",
          means:
            "It runs, and nothing of it was killed since its start. Without more room, or less data, it happens again. Docker says OOMKilled until the container ends in another way.",
          next: moreRoom,
        },
      },
      judge: judgeKill,
    }),
    step({
      looks: "the container's memory limit, compared with the configured one",
      command: (n) => `docker inspect --format '{{.HostConfig.Memory}}' ${n.container}`,
      fine: "The container may use what its configuration says.",
      outcomes: {
        "limit-lowered": {
          severity: "warning",
          title: "the container may use less memory than is configured",
          means: "Somebody changed it by `docker update`, or the configuration was not deployed yet.",
          next: (n) => [["give it what is configured, while it runs", `bin/up ${n.stack}`]],
        },
      },
      judge: (facts) => {
        const limit = containerOf(facts)?.memoryLimit;
        const configured = facts.props.server.memoryLimit.toBytes();
        return limit === undefined
          ? unknown("there is no container")
          : limit !== 0 && limit < configured
            ? { outcome: "limit-lowered", saw: `${bytesText(limit)}, configured ${bytesText(configured)}` }
            : ok(limit === 0 ? "no limit" : bytesText(limit));
      },
    }),
    step({
      looks: "the host's memory",
      command: (n) => `docker exec ${n.container} grep -E 'MemTotal|MemAvailable' /proc/meminfo`,
      fine: "The host has memory left.",
      outcomes: {
        "host-short": {
          severity: "warning",
          title: "the host is nearly out of memory",
          means: "The kernel then kills whatever is largest, within its limit or not, and swaps.",
          next: () => [
            ["see which containers use it", "docker stats --no-stream"],
            ["stop what is not needed there, or move a stack to another host"],
          ],
        },
      },
      judge: (facts) =>
        from(facts.inside, ({ memTotal, memAvailable }) => {
          if (memTotal === undefined || memAvailable === undefined) {
            return unknown("/proc/meminfo does not say");
          }
          const saw = `${bytesText(memAvailable)} of ${bytesText(memTotal)} are available`;
          return memAvailable < memTotal * HOST_SHARE ? { outcome: "host-short", saw } : ok(saw);
        }),
    }),
    step({
      looks: "whether the kernel lends memory for a copy (vm.overcommit_memory)",
      command: (n) => `docker exec ${n.container} cat /proc/sys/vm/overcommit_memory`,
      fine: "It does: 1.",
      outcomes: {
        overcommit: {
          severity: "note",
          title: "the kernel may refuse the memory for a snapshot",
          means:
            "With 0, a fork of a large server can fail though the copy would need little of it; Redis warns at its start.",
          next: () => [
            ["on the host, as root, and in /etc/sysctl.d to stay", "sysctl vm.overcommit_memory=1"],
          ],
        },
      },
      judge: (facts) =>
        from(facts.inside, ({ overcommit }) =>
          overcommit === undefined
            ? unknown("/proc/sys/vm does not say")
            : overcommit === "1"
              ? ok("1")
              : { outcome: "overcommit", saw: overcommit },
        ),
    }),
  ],
  never: [
    "Do not set `maxmemory` to the container's limit: buffers, copies and fragmentation come on top of the data, and the kernel kills Redis before it evicts.",
    "Do not switch the kernel's killer off for the container: the host stops instead.",
  ],
};

const HOST_SHARE = 0.05;
const HOUR_MS = 3_600_000;

function moreRoom(n: Names): readonly Advice[] {
  return [
    ["see what the limit is for, and where it ends", `bin/redis-ops memory ${n.stack}`],
    [
      `raise memory in config/services/${n.service}.ts (or lower maxmemory), and deploy: a limit needs no new container`,
      `bin/up ${n.stack}`,
    ],
  ];
}

function judgeKill(facts: Facts): Seen<"killed" | "child-killed" | "restarted" | "before"> {
  const container = containerOf(facts);
  if (container === undefined) {
    return unknown("there is no container");
  }
  const { oomKilled, exitCode, restartCount, startedAt } = container;
  const events = known(facts.oomEvents) ?? [];
  const kills = known(facts.inside)?.oomKills ?? 0;
  const childLines = matching(known(facts.log) ?? [], /terminated by signal 9/);
  const saw = `OOMKilled ${oomKilled}, exit code ${exitCode}, ${restartCount} restarts, ${events.length} kills told by the engine in 24 hours`;
  if (!isUp(facts)) {
    return oomKilled || (events.length > 0 && exitCode === SIGKILL_CODE)
      ? { outcome: "killed", saw }
      : events.length > 0
        ? { outcome: "before", saw }
        : ok(saw);
  }
  const now = Math.max(kills, events.filter((at) => at >= startedAt).length);
  if (now > 0) {
    return {
      outcome: "child-killed",
      saw: `${saw}, ${now} since it was started`,
      ...(childLines.length === 0 ? {} : { evidence: childLines }),
    };
  }
  if (oomKilled && restartCount > 0 && facts.now - startedAt < HOUR_MS) {
    return { outcome: "restarted", saw };
  }
  return oomKilled || events.length > 0 ? { outcome: "before", saw } : ok(saw);
}
