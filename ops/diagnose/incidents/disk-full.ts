import { bytesText } from "../../amounts";
import { infoNumber } from "../../look/info";
import { type Facts, isUp, known, type VolumeFacts } from "../facts";
import { from, type Incident, type Names, ok, type Seen, step, unknown } from "../incident";
import { backupElsewhere, snapshot, verify } from "./advice";
import { matching } from "./reading";

/** A server with little data can need this much at once: the append-only file grows while it is rewritten. */
const FULL_BYTES = 1024 ** 2;
const FULL_SHARE = 0.005;

const freeRoom = (n: Names) =>
  [
    ["see what takes the room", "df -h; docker system df -v"],
    [
      "see what earlier restores kept in the volume; it asks before it removes anything",
      `bin/redis-ops restore ${n.stack} --discard`,
    ],
    ["see which backups nobody has to keep; it asks as well", `bin/redis-ops backup prune ${n.stack}`],
  ] as const;

export const diskFull: Incident = {
  name: "disk-full",
  title: "The disk of the data is full, or cannot be written",
  symptoms: [
    "the log says `No space left on device`, `Read-only file system` or `Permission denied`",
    "writes fail with MISCONF, and the container gets unhealthy: PING itself is answered by MISCONF",
    "at a start: `Can't open or create append-only dir`",
  ],
  steps: [
    step({
      looks: "room on the disk of /data",
      command: (n) => `docker exec ${n.container} df -h /data; docker exec ${n.container} df -i /data`,
      fine: "There is room.",
      outcomes: {
        full: {
          severity: "critical",
          title: "the disk of the data is full",
          means:
            "Redis cannot save. While it runs, memory has all of the data, and nothing is damaged: keep it running. It heals by itself when there is room.",
          next: (n) => [backupElsewhere(n), ...freeRoom(n), snapshot("when there is room:", n), verify(n)],
        },
        "full-and-down": {
          severity: "critical",
          title: "the disk of the data is full, and the server does not run",
          means: "Redis cannot open its files to write. What is in the volume stays as it is.",
          next: (n) => [
            ...freeRoom(n),
            ["when there is room: start it", `docker start ${n.container}`],
            verify(n),
          ],
        },
        inodes: {
          severity: "critical",
          title: "the disk of the data has no files left to give",
          means: "It has room and no inodes: something on it made very many small files.",
          next: (n) => [backupElsewhere(n), ["see what has so many files", "df -i"], verify(n)],
        },
        short: {
          severity: "warning",
          title: "the disk has no room for another copy of the data",
          means:
            "A snapshot and a rewrite of the append-only file write a new file before they remove the old one.",
          next: (n) => freeRoom(n),
        },
      },
      judge: (facts) =>
        from(facts.volume, (volume) =>
          volume === "none" ? unknown("there is no volume") : judgeRoom(facts, volume),
        ),
    }),
    step({
      looks: "whether the server's user can write to /data and to its files",
      command: (n) =>
        `docker run --rm --user 999:1000 --network none --volume ${n.volume}:/data ${n.image} ls -ln /data`,
      fine: "It can.",
      outcomes: {
        unwritable: {
          severity: "critical",
          title: "Redis may not write to its data",
          means:
            "Owner or mode of files was changed: a copy by root, or a restore by hand. What is there is whole.",
          next: (n) => [
            [
              "give them back to Redis' user; nothing is removed",
              `docker run --rm --user 0 --network none --volume ${n.volume}:/data ${n.image} sh -c 'chown -R 999:1000 /data && chmod -R u+rwX /data'`,
            ],
            snapshot("where the server runs:", n),
            ["where it does not: start it", `docker start ${n.container}`],
            verify(n),
          ],
        },
        "read-only": {
          severity: "critical",
          title: "the file system of the data is read-only",
          means:
            "Somebody mounted it so, or the kernel did after an error of the disk. Memory has all of the data.",
          next: (n) => [
            backupElsewhere(n),
            ["read on the host why", "dmesg | tail -50; mount | grep ro,"],
            ["when it can be written again", `bin/redis-ops verify ${n.stack}`],
          ],
        },
      },
      judge: (facts) =>
        from(facts.volume, (volume): Seen<"unwritable" | "read-only"> => {
          if (volume === "none") {
            return unknown("there is no volume");
          }
          if (volume.readOnly) {
            return { outcome: "read-only", saw: "/data is mounted read-only" };
          }
          return volume.unwritable.length === 0
            ? ok("/data and its append-only file can be written")
            : { outcome: "unwritable", saw: `user 999 cannot write to ${volume.unwritable.join(", ")}` };
        }),
    }),
  ],
  never: [
    "Do not remove files in `/data` to make room: they are what the next start loads.",
    "Do not restart it while the disk is full: it would have to load what is on the disk, and memory has more.",
    "Do not remove volumes: `docker compose down -v` and `docker volume prune` take the data with them.",
  ],
};

function judgeRoom(
  facts: Facts,
  { total, free, freeInodes }: VolumeFacts,
): Seen<"full" | "full-and-down" | "inodes" | "short"> {
  const saw = `${bytesText(free)} of ${bytesText(total)} are free`;
  if (free < Math.max(Math.min(FULL_BYTES, total), total * FULL_SHARE)) {
    const evidence = matching(known(facts.log) ?? [], /No space left on device/);
    return { outcome: isUp(facts) ? "full" : "full-and-down", saw, evidence };
  }
  if (freeInodes === 0) {
    return { outcome: "inodes", saw: `${saw}, and 0 inodes` };
  }
  const info = known(facts.info);
  const used = info === undefined ? undefined : infoNumber(info, "used_memory_dataset");
  return used !== undefined && free < used
    ? { outcome: "short", saw: `${saw}, and the data has ${bytesText(used)}` }
    : ok(saw);
}
