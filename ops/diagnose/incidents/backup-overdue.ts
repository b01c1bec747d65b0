import { ageText } from "../../amounts";
import { containerOf } from "../facts";
import { from, type Incident, ok, step } from "../incident";
import { beside } from "./reading";

const OVERDUE = 2;
/** As redis-backup.sh says it. */
const NO_ROOM = /got \d+ bytes free, expected \d+|got larger than the \d+ bytes that it may take/;

export const backupOverdue: Incident = {
  name: "backup-overdue",
  title: "There is no new backup",
  symptoms: [
    "`bin/redis-ops backup list` ends with exit code 1",
    "the newest backup is older than twice its interval",
  ],
  steps: [
    step({
      looks: "the container that makes backups",
      command: (n) =>
        `docker inspect --format '{{json .State}}' ${n.schedule}; docker logs --tail 20 ${n.schedule}`,
      fine: "It runs, or the stack has no schedule.",
      outcomes: {
        "not-running": {
          severity: "warning",
          title: "the container that makes backups does not run",
          means: "No further backup is made. The server and its data are not concerned.",
          next: (n) => [
            ["read what it said", `docker logs --tail 20 ${n.schedule}`],
            ["make one now", `bin/redis-ops backup create ${n.stack}`],
            ["start it; where it is missing, bin/up makes it", `docker start ${n.schedule}`],
          ],
        },
      },
      judge: (facts) => beside(facts.schedule, "the stack has no schedule", "not-running"),
    }),
    step({
      looks: "the age of the newest backup",
      command: (n) => `bin/redis-ops backup list ${n.stack}`,
      fine: "It is younger than twice the time from one to the next, or the stack has no schedule.",
      outcomes: {
        overdue: {
          severity: "warning",
          title: "the newest backup is too old",
          means:
            "Schedules fail when the server does not answer, its password is wrong, or the backup's volume is full.",
          next: (n) => [
            ["read why", `docker logs --tail 20 ${n.schedule}`],
            ["make one now", `bin/redis-ops backup create ${n.stack}`],
          ],
        },
        none: {
          severity: "warning",
          title: "there is no backup",
          means: "None was made in twice the time from one to the next.",
          next: (n) => [
            ["read why", `docker logs --tail 20 ${n.schedule}`],
            ["make one now", `bin/redis-ops backup create ${n.stack}`],
          ],
        },
        unreadable: {
          severity: "warning",
          title: "a place of backups could not be asked",
          means: "Whether there is a new backup is not known.",
          next: (n) => [["look again, with the whole message", `bin/redis-ops backup list ${n.stack}`]],
        },
      },
      judge: (facts) =>
        from(facts.backups, ({ count, newestSeconds, failures }) => {
          const { schedule } = facts.props.backups;
          const container = containerOf(facts);
          const seconds = schedule?.every.toSeconds();
          if (newestSeconds === undefined) {
            const sinceStart = container === undefined ? 0 : (facts.now - container.startedAt) / 1000;
            return seconds !== undefined && sinceStart > OVERDUE * seconds
              ? { outcome: failures.length > 0 ? "unreadable" : "none", saw: "none", evidence: failures }
              : ok("none yet");
          }
          const saw = `${count}, the newest ${ageText(newestSeconds)} old`;
          return seconds !== undefined && newestSeconds > OVERDUE * seconds
            ? { outcome: "overdue", saw: `${saw}, one every ${schedule?.every}` }
            : ok(saw);
        }),
    }),
    step({
      looks: "whether the last scheduled backup had room, and whether its metrics are there",
      command: (n) =>
        `docker logs --tail 20 ${n.schedule}; docker exec ${n.schedule} df -h /data; docker exec ${n.schedule} cat /data/${n.stack}/redis_backup.prom`,
      fine: "It had. Where Prometheus knows nothing of the metrics that are there, it does not read this container: docs/monitoring.md says how.",
      outcomes: {
        "no-room": {
          severity: "warning",
          title: "the last scheduled backup had no room",
          means:
            "None is made where it would take the room that the server needs for its own files. Older backups stay.",
          next: (n) => [
            ["see what takes the room", "df -h; docker system df -v"],
            ["see which backups nobody has to keep; it asks before", `bin/redis-ops backup prune ${n.stack}`],
            [
              "until there is room: keep one on another disk",
              `bin/redis-ops backup create ${n.stack} --at /ANOTHER/DISK`,
            ],
          ],
        },
      },
      judge: (facts) =>
        from(facts.scheduleLog, (lines) => {
          const { text = "it has said nothing" } = lines.at(-1) ?? {};
          return NO_ROOM.test(text)
            ? { outcome: "no-room", saw: "its log ends with that", evidence: [text] }
            : ok(text);
        }),
    }),
  ],
  never: [
    "Do not take `redis-cli bgsave && cp dump.rdb` for a backup: BGSAVE returns at once, and the copy is the snapshot before.",
    "Do not copy parts of `appendonlydir` by hand: base, increments and manifest belong together.",
  ],
};
