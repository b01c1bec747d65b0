import { containerOf, isUp, known, linesOfStart } from "../facts";
import { from, type Incident, type Outcome, ok, type Seen, step } from "../incident";
import { verify } from "./advice";
import { matching } from "./reading";

interface StartPattern {
  readonly pattern: RegExp;
  readonly outcome: keyof typeof START_OUTCOMES;
}

const START_OUTCOMES = {
  secrets: {
    severity: "critical",
    title: "a password file is missing or cannot be used",
    means:
      "The start script starts no Redis without every password, since an open server is worse than none.",
    next: (n) => [
      ["see which", `bin/redis-ops secrets status ${n.stack}`],
      ["make what is missing; what clients use stays as it is", `bin/redis-ops secrets init ${n.stack}`],
      ["start it", `docker start ${n.container}`],
      verify(n),
    ],
  },
  "data-refused": {
    severity: "critical",
    title: "the start script refuses the data in the volume",
    means:
      "Redis would ignore or overwrite newer data that is there. Nothing was changed; the line says what it found and which way is safe.",
    next: (n) => [
      ["do what the line says; this finds the safe sequence", `bin/redis-ops preflight ${n.stack}`],
      ["or take the newest backup; what is there is kept", `bin/redis-ops restore ${n.stack} --from latest`],
    ],
  },
  "newer-data": {
    severity: "critical",
    title: "the data was written by a newer Redis",
    means: "The files are whole, and this engine is too old to read them. They are not damaged.",
    next: (n) => [
      [
        `name the engine that wrote them in config/services/${n.service}.ts, and deploy it`,
        `bin/up ${n.stack}`,
      ],
      [
        "or take a backup of the older engine; what is there is kept",
        `bin/redis-ops restore ${n.stack} --from latest`,
      ],
    ],
  },
  config: {
    severity: "critical",
    title: "Redis refuses its configuration",
    means:
      "A directive is unknown to this engine, or has a value that it does not take. The data was not touched.",
    next: (n) => [
      ["the line of the log names the directive", `docker logs --tail 20 ${n.container}`],
      [`correct it in config/services/${n.service}.ts, and deploy`, `bin/up ${n.stack}`],
    ],
  },
  "renamed-command": {
    severity: "critical",
    title: "the append-only file holds a command that is renamed or disabled now",
    means:
      "Redis knows commands in its file by the names of the time. The data is whole; it needs the names under which it was written.",
    next: (n) => [
      ["see which name, and the safe sequence", `bin/redis-ops preflight ${n.stack}`],
      [
        `take the change of names back in config/, and deploy; then do the safe sequence`,
        `bin/up ${n.stack}`,
      ],
    ],
  },
  port: {
    severity: "critical",
    title: "its port on the host is taken",
    means: "Another program or container listens where this one is published. The data was not touched.",
    next: (n) => [
      ["see who has it", "docker ps --format '{{.Names}} {{.Ports}}'"],
      [`free it, or choose another hostPort in config/services/${n.service}.ts, then`, `bin/up ${n.stack}`],
    ],
  },
} as const satisfies Readonly<Record<string, Outcome>>;

/** Lines with which a start ends, and what is the matter then. Data that is damaged has a page of its own. */
const START_PATTERNS: readonly StartPattern[] = [
  { pattern: /^redis-start: \/run\/secrets:/, outcome: "secrets" },
  { pattern: /^redis-start: \/data: got .*Fix:/, outcome: "data-refused" },
  { pattern: /Can't handle RDB format version/, outcome: "newer-data" },
  { pattern: /Unknown command '.*' reading the append only file/, outcome: "renamed-command" },
  { pattern: /FATAL CONFIG FILE ERROR|^>>> '|Bad directive or wrong number of arguments/, outcome: "config" },
  { pattern: /address already in use|port is already allocated/i, outcome: "port" },
];

export const cannotStart: Incident = {
  name: "cannot-start",
  title: "Redis does not start",
  symptoms: [
    "`docker ps` shows `Restarting`, or the container ends at once",
    "the log ends with `FATAL CONFIG FILE ERROR`, `redis-start: …` or `Can't handle RDB format version`",
  ],
  steps: [
    step({
      looks: "how the container's newest starts ended, in its own log",
      command: (n) => `docker logs --tail 200 ${n.container}`,
      fine: "No line of its last start says that it could not.",
      outcomes: START_OUTCOMES,
      judge: (facts): Seen<keyof typeof START_OUTCOMES> => {
        if (isUp(facts)) {
          return ok("it has started");
        }
        const error = containerOf(facts)?.error ?? "";
        const lines = [...linesOfStart(facts), ...(error === "" ? [] : [{ at: 0, text: error }])];
        for (const { pattern, outcome } of START_PATTERNS) {
          const evidence = matching(lines, pattern);
          if (evidence.length > 0) {
            return { outcome, saw: "the log of its last start says so", evidence };
          }
        }
        return from(facts.log, (log) => ok(`none of ${log.length} lines is one of those`));
      },
    }),
    step({
      looks: "the password files in their volumes",
      command: (n) => `bin/redis-ops secrets status ${n.stack}`,
      fine: "Every container finds its passwords at its next start.",
      outcomes: {
        "bad-secrets": {
          severity: "warning",
          title: "password files are not as they have to be",
          means: "The next start would be refused, or a container beside the server does not get in.",
          next: (n) => [["make them anew; what clients use stays", `bin/redis-ops secrets init ${n.stack}`]],
        },
      },
      judge: (facts) =>
        from(facts.secrets, (states) => {
          const wrong = states.filter(({ state }) => state !== "present");
          // Before the first deploy there need be none.
          return wrong.length === 0 || known(facts.container) === "none"
            ? ok(
                states.length === 0
                  ? "this stack has no passwords"
                  : `${states.length - wrong.length} of ${states.length} are as they should be`,
              )
            : {
                outcome: "bad-secrets",
                saw: `${wrong.length} of ${states.length}`,
                evidence: wrong.map(({ volume, file, state }) => `${file} in volume ${volume}: ${state}`),
              };
        }),
    }),
  ],
  never: [
    "Do not remove what is in `/data` to make it start: an append-only file that is missing means a server that starts empty, and does not read `dump.rdb`.",
    "Do not start it with other options by hand: what it writes then may be what the next start ignores.",
  ],
};
