import { type Facts, isUp, linesOfStart } from "../facts";
import { from, type Incident, ok, type Seen, step } from "../incident";
import { verify } from "./advice";
import { matching } from "./reading";

export const dataCorruption: Incident = {
  name: "data-corruption",
  title: "The files of the data are damaged",
  symptoms: [
    "the log ends with `Bad file format reading the append only file`, `Unexpected end of file reading the append only file` or `Fatal error loading the DB`",
    "Redis does not start, and its disk is neither full nor read-only",
  ],
  steps: [
    step({
      looks: "the lines of the log's newest start, and the files by the engine's own programs",
      command: (n) => `bin/redis-ops verify ${n.stack} --files; docker logs --tail 50 ${n.container}`,
      fine: "The server has loaded them, or the engine's programs find nothing wrong.",
      outcomes: {
        "torn-end": {
          severity: "critical",
          title: "the end of the append-only file is missing",
          means: "A write was cut short. Everything before it is whole; the repair keeps the file as it was.",
          next: (n) => [
            [
              "cut off what is torn; it shows what goes, asks, and keeps the file",
              `bin/redis-ops restore ${n.stack} --repair`,
            ],
            verify(n),
            [
              "if too much would go: take the newest backup; what is there is kept",
              `bin/redis-ops restore ${n.stack} --from latest`,
            ],
          ],
        },
        "bad-aof": {
          severity: "critical",
          title: "the append-only file is damaged",
          means:
            "Something else than Redis wrote in the middle of it, or the disk failed. What is before that place is whole.",
          next: (n) => [
            [
              "how much a repair would keep; it shows what goes, asks, and keeps the file",
              `bin/redis-ops restore ${n.stack} --repair`,
            ],
            ["compare with the newest backup", `bin/redis-ops backup list ${n.stack}`],
            [
              "take that one where it has more; what is there is kept",
              `bin/redis-ops restore ${n.stack} --from latest`,
            ],
            ["neither helps: start empty; what is there is kept", `bin/redis-ops restore ${n.stack} --empty`],
          ],
        },
        "cut-at-start": {
          severity: "note",
          title: "the end of the append-only file was torn, and the server has cut it off",
          means:
            "At its start Redis left out the write that was cut short, and runs with everything before it (aof-load-truncated).",
          next: (n) => [
            ["see what it cut off", `docker logs --tail 50 ${n.container}`],
            [
              "compare with the newest backup, where more than a moment is missing",
              `bin/redis-ops backup list ${n.stack}`,
            ],
          ],
        },
        "bad-rdb": {
          severity: "critical",
          title: "the snapshot is damaged",
          means: "Redis loads it at its start and cannot. Its checksum does not fit, or it is cut.",
          next: (n) => [
            [
              "take the newest backup; what is there is kept",
              `bin/redis-ops restore ${n.stack} --from latest`,
            ],
            ["there is none: start empty; what is there is kept", `bin/redis-ops restore ${n.stack} --empty`],
            verify(n),
          ],
        },
      },
      judge: judgeFiles,
    }),
  ],
  never: [
    "Do not remove the append-only file so that `dump.rdb` is loaded: it is not. Redis starts empty, and its next save overwrites `dump.rdb`.",
    "Do not run `redis-check-aof --fix` on the only copy: it cuts the file. Since Redis 7 its argument is the manifest in `appendonlydir`, and there is no `appendonly.aof`.",
    "Do not copy `dump.rdb` into `/data` of a server with an append-only file: it is not read.",
    "MISCONF is not corruption: that is the page persistence-failure.",
  ],
};

const DAMAGE: readonly (readonly [RegExp, "torn-end" | "bad-aof" | "bad-rdb"])[] = [
  [/Unexpected end of file reading the append only file/, "torn-end"],
  [
    /Bad file format reading the append only file|Unrecoverable error reading the append only file/,
    "bad-aof",
  ],
  [
    /Fatal error loading the DB|Short read or OOM loading DB|Wrong signature trying to load DB|RDB CRC error|Internal error in RDB|Terminating server after rdb file reading failure|Unknown RDB encoding type/,
    "bad-rdb",
  ],
];

const CUT_AT_START = /^.*(Truncating the AOF .*at offset|AOF loaded anyway because aof-load-truncated)/;

/** Of a newer engine, which is whole. */
const NEWER = /Can't handle RDB format version/;

function judgeFiles(facts: Facts): Seen<"torn-end" | "bad-aof" | "bad-rdb" | "cut-at-start"> {
  const lines = linesOfStart(facts);
  if (isUp(facts)) {
    const evidence = matching(lines, CUT_AT_START);
    return evidence.length === 0
      ? ok("the server has loaded them")
      : { outcome: "cut-at-start", saw: "the log of its start says so", evidence };
  }
  if (matching(lines, NEWER).length > 0) {
    return ok("they are of a newer Redis: page cannot-start");
  }
  for (const [pattern, outcome] of DAMAGE) {
    const evidence = matching(lines, pattern);
    if (evidence.length > 0) {
      return { outcome, saw: "the log of its last start says so", evidence: evidence.map(short) };
    }
  }
  return from(facts.dataFiles, (findings) => {
    const bad = findings.filter((one) => !one.ok);
    const first = bad[0];
    if (first === undefined) {
      return ok(findings.map(({ check, saw }) => `${check}: ${saw}`).join("; ") || "there are none");
    }
    // A snapshot beside an append-only file is not loaded.
    const loaded = bad.find(
      ({ check }) => check.endsWith(".manifest") === facts.props.server.persistence.appendonly,
    );
    return loaded === undefined
      ? ok(`${first.check}, which is not loaded: ${first.saw}`)
      : {
          outcome: loaded.check.endsWith(".manifest") ? "bad-aof" : "bad-rdb",
          saw: `${loaded.check}: ${loaded.saw}`,
        };
  });
}

const MAX_LINE = 300;
const short = (line: string) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line);
