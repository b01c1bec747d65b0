import { isUp, known, linesOfStart } from "../facts";
import { from, type Incident, ok, step, unknown } from "../incident";
import { backupElsewhere, findCause, snapshot, verify } from "./advice";
import { field, matching } from "./reading";

export const persistenceFailure: Incident = {
  name: "persistence-failure",
  title: "Redis cannot save",
  symptoms: [
    "writes fail with `MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.`",
    "`rdb_last_bgsave_status:err`, `aof_last_write_status:err` or `aof_last_bgrewrite_status:err` in INFO",
    "the log says `Background saving error`, `Failed opening the temp RDB file` or `Write error writing append only file`",
  ],
  steps: [
    step({
      looks:
        "whether the last snapshot, the last write to the append-only file and its last rewrite succeeded",
      command: (n) => n.redis("INFO", "persistence"),
      fine: "They did.",
      outcomes: {
        "aof-write": {
          severity: "critical",
          title: "the append-only file cannot be written",
          means:
            "Redis refuses writes and keeps everything in memory. Nothing is damaged; it tries again each second and takes writes again when it can.",
          next: (n) => [
            backupElsewhere(n),
            findCause(n),
            ["when there is room it heals by itself", `bin/redis-ops verify ${n.stack}`],
          ],
        },
        misconf: {
          severity: "critical",
          title: "the last snapshot could not be written",
          means:
            "This is not corruption: memory has all of the data, and Redis refuses writes (MISCONF) so that nobody relies on what would not be kept. It heals by itself with the next snapshot that succeeds.",
          next: (n) => [
            backupElsewhere(n),
            findCause(n),
            snapshot("when the disk has room again:", n),
            verify(n),
          ],
        },
        rewrite: {
          severity: "warning",
          title: "the append-only file could not be rewritten",
          means:
            "It is complete, and grows until a rewrite succeeds. Mostly the disk has no room for the new one.",
          next: (n) => [findCause(n), ["then write it anew", n.redis("BGREWRITEAOF")]],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const failed = [
            ["aof_last_write_status", "aof-write"],
            ["rdb_last_bgsave_status", "misconf"],
            ["aof_last_bgrewrite_status", "rewrite"],
          ] as const;
          const found = failed.filter(([name]) => info.get(name) === "err");
          const first = found[0];
          const evidence = matching(known(facts.log) ?? [], SAVE_ERRORS);
          return first === undefined
            ? ok("ok")
            : { outcome: first[1], saw: found.map(([name]) => `${name}:err`).join(", "), evidence };
        }),
    }),
    step({
      looks: "whether the kernel refused the memory for a snapshot's copy, in the log since the start",
      command: (n) => `docker logs --tail 200 ${n.container}`,
      fine: "No line says so.",
      outcomes: {
        fork: {
          severity: "critical",
          title: "the kernel refuses the memory for a snapshot's copy",
          means:
            "vm.overcommit_memory is 0, and less memory is free than the server has. The disk is not the matter.",
          next: (n) => [
            backupElsewhere(n),
            ["on the host, as root, and in /etc/sysctl.d to stay", "sysctl vm.overcommit_memory=1"],
            snapshot("then", n),
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const evidence = matching(linesOfStart(facts), /[Cc]an't .*fork: Cannot allocate memory/);
          return evidence.length > 0 && info.get("rdb_last_bgsave_status") === "err"
            ? { outcome: "fork", saw: "its log says so", evidence }
            : ok("none");
        }),
    }),
    step({
      looks: "whether the append-only file is on as it is configured",
      command: (n) => n.redis("INFO", "persistence"),
      fine: "It is.",
      outcomes: {
        "aof-off": {
          severity: "critical",
          title: "the append-only file is configured, and off on the running server",
          means:
            "What is written now is lost when the server ends. The next start may load older data or none.",
          next: (n) => [
            ["take a copy now", `bin/redis-ops backup create ${n.stack}`],
            ["switch it on safely, on the running server", `bin/redis-ops preflight ${n.stack} --apply`],
          ],
        },
        "aof-on": {
          severity: "warning",
          title: "the append-only file is on, and not configured",
          means: "The next start would ignore what is in it; the start script refuses that.",
          next: (n) => [["find the safe sequence", `bin/redis-ops preflight ${n.stack}`]],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "aof_enabled", (on) => {
            const { appendonly } = facts.props.server.persistence;
            const saw = `aof_enabled:${on}`;
            return (on === 1) === appendonly ? ok(saw) : { outcome: appendonly ? "aof-off" : "aof-on", saw };
          }),
        ),
    }),
    step({
      looks: "whether fsync of the append-only file takes too long, in the log since the start",
      command: (n) => `docker logs --tail 200 ${n.container}`,
      fine: "No line says so.",
      outcomes: {
        "slow-fsync": {
          severity: "warning",
          title: "the disk is too slow for the append-only file",
          means:
            "Redis waits for fsync and holds clients up; after a power cut two seconds of writes can be missing in place of one.",
          next: () => [
            ["see who writes to that disk", "docker stats --no-stream"],
            ["move what writes most to another disk"],
          ],
        },
      },
      judge: (facts) => {
        if (!isUp(facts)) {
          return unknown("the server does not run");
        }
        const evidence = matching(linesOfStart(facts), /Asynchronous AOF fsync is taking too long/);
        return evidence.length === 0
          ? ok("none")
          : { outcome: "slow-fsync", saw: "its log says so", evidence };
      },
    }),
  ],
  never: [
    "Do not remove anything in `/data`: MISCONF is not corruption, and with the files goes the only copy that survives a restart.",
    "Do not stop or restart the server: memory has what the disk does not.",
    "Do not switch `stop-writes-on-bgsave-error` off to be rid of the message: writes then go on that nobody keeps.",
    "`aof_last_rewrite_time_sec` is how long the last rewrite took, not when it was; `LASTSAVE` tells the last success only.",
  ],
};

const SAVE_ERRORS =
  /Background saving error|Failed opening the temp RDB file|No space left on device|Write error (saving DB|writing append only file)|Error opening .*manifest|Read-only file system|Permission denied|Can't save in background|Background AOF rewrite terminated/;
