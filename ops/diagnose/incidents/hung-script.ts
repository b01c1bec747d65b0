import { from, type Incident, type Names, ok, step, unknown } from "../incident";
import { verify } from "./advice";

const afterKill = (n: Names, killCommand: readonly string[]) =>
  [
    [
      "end it. Redis refuses by itself where it has written already (UNKILLABLE), and says NOTBUSY where it has ended",
      n.redis(killCommand[0] ?? "", ...killCommand.slice(1)),
    ],
    ["OK: prove that it works again", `bin/redis-ops verify ${n.stack}`],
  ] as const;

/** While Redis says BUSY, nothing tells whose script it is: CLIENT LIST and SLOWLOG are refused as well. */
const whoSentIt = (n: Names) =>
  [
    "when it answers again: which script it was, and who sent it. While it says BUSY, Redis does not tell; a restart empties this log",
    `bin/redis-ops slow ${n.stack} --reveal`,
  ] as const;

const onlyShutdown = (n: Names) =>
  [
    "UNKILLABLE, with the append-only file: wait for it if you can. This ends the server and loses what the script has written, and nothing else: a script is in the file whole or not at all",
    n.redis("SHUTDOWN", "NOSAVE"),
  ] as const;

const startAgain = (n: Names) =>
  ["Docker starts it by itself; where it does not", `docker start ${n.container}`] as const;

const waitForScript = (n: Names) =>
  [
    "UNKILLABLE: wait for it. There is no append-only file: whatever ends the server now loses everything since the last snapshot. Look again",
    `bin/redis-ops diagnose ${n.stack}`,
  ] as const;

export const hungScript: Incident = {
  name: "hung-script",
  title: "A script does not end",
  symptoms: [
    "every command is answered `BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.`",
    "the log says `Slow script detected: still in execution after … milliseconds`",
  ],
  steps: [
    step({
      looks: "whether Redis answers BUSY, which it does when a script or function runs for more than 5 s",
      command: (n) => n.redis("PING"),
      fine: "No script keeps it from answering.",
      outcomes: {
        script: {
          severity: "critical",
          title: "a Lua script holds the server",
          means:
            "Nobody else is served until it ends. SCRIPT KILL is safe: it ends a script that has only read, and refuses one that has written.",
          next: (n) => [
            ...afterKill(n, ["SCRIPT", "KILL"]),
            whoSentIt(n),
            onlyShutdown(n),
            startAgain(n),
            verify(n),
          ],
        },
        "script-without-aof": {
          severity: "critical",
          title: "a Lua script holds the server, and there is no append-only file",
          means:
            "Nobody else is served until it ends. SCRIPT KILL is safe: it ends a script that has only read, and refuses one that has written.",
          next: (n) => [...afterKill(n, ["SCRIPT", "KILL"]), whoSentIt(n), waitForScript(n)],
        },
        function: {
          severity: "critical",
          title: "a function holds the server",
          means:
            "As with a script: FUNCTION KILL ends one that has only read, and refuses one that has written.",
          next: (n) => [
            ...afterKill(n, ["FUNCTION", "KILL"]),
            whoSentIt(n),
            onlyShutdown(n),
            startAgain(n),
            verify(n),
          ],
        },
        "function-without-aof": {
          severity: "critical",
          title: "a function holds the server, and there is no append-only file",
          means:
            "As with a script: FUNCTION KILL ends one that has only read, and refuses one that has written.",
          next: (n) => [...afterKill(n, ["FUNCTION", "KILL"]), whoSentIt(n), waitForScript(n)],
        },
      },
      judge: (facts) =>
        from(facts.answer, ({ kind, said }) => {
          if (kind !== "busy") {
            return kind === "silence" ? unknown(said) : ok(kind === "pong" ? "PONG" : "it does not say BUSY");
          }
          const what = /FUNCTION KILL/.test(said) ? "function" : "script";
          const saw = said.replace(/^.*?(BUSY)/s, "$1");
          return {
            outcome: facts.props.server.persistence.appendonly ? what : (`${what}-without-aof` as const),
            saw,
          };
        }),
    }),
  ],
  never: [
    "Do not `docker restart` first: Redis does not hear SIGTERM in a script, waits for the whole stop time, and is killed.",
    "Do not retry the script from the client: each call waits for the one before.",
  ],
};
