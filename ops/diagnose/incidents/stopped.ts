import { ageText } from "../../amounts";
import { type ContainerFacts, isLooping } from "../facts";
import { from, type Incident, ok, step } from "../incident";
import { readLog, verify } from "./advice";

/** With what it ended, when, and how long it had run. The engine writes the year 1 of what was not yet. */
function endedWith({ exitCode, startedAt, finishedAt }: ContainerFacts, now: number): string {
  if (!(finishedAt > 0)) {
    return `exit code ${exitCode}`;
  }
  const at = new Date(finishedAt).toISOString().replace("T", " ").slice(0, 19);
  const ran =
    startedAt > 0 && startedAt <= finishedAt ? `, after ${ageText((finishedAt - startedAt) / 1000)}` : "";
  return `exit code ${exitCode}, ${ageText(Math.max(0, now - finishedAt) / 1000)} ago (${at} UTC)${ran}`;
}

/** How a container ends that was asked to: Redis after its last snapshot, and a signal that nothing handled. */
const ASKED: ReadonlySet<number> = new Set([0, 143]);

export const stopped: Incident = {
  name: "stopped",
  title: "The container does not run",
  symptoms: [
    "clients say `Connection refused`, `getaddrinfo ENOTFOUND` or `Name or service not known`",
    "`docker ps` does not list the container",
  ],
  steps: [
    step({
      looks: "the state of the container",
      command: (n) => `docker inspect --format '{{json .State}}' ${n.container}`,
      fine: "The engine says that it runs; whether Redis answers is another page.",
      outcomes: {
        "not-deployed": {
          severity: "critical",
          title: "there is no container",
          means:
            "It was never deployed, or was removed. The volumes of a protected stack are still there when somebody removed it.",
          next: (n) => [
            ["see what is made, and what of it exists already", `bin/plan ${n.stack}`],
            ["make it; data that is in the volume is loaded", `bin/up ${n.stack}`],
          ],
        },
        paused: {
          severity: "critical",
          title: "the container is paused",
          means: "Its processes are frozen with everything in memory. Nothing is lost, and clients wait.",
          next: (n) => [["let it go on", `docker unpause ${n.container}`], verify(n)],
        },
        exited: {
          severity: "critical",
          title: "somebody stopped the container",
          means:
            "It ended as it does when it is asked to, and the restart policy leaves it so. The data is in its volume.",
          next: (n) => [
            ["start it; it loads the data that it had", `docker start ${n.container}`],
            verify(n),
          ],
        },
        killed: {
          severity: "critical",
          title: "the container was killed",
          means:
            "It ended by SIGKILL and not for want of memory: by hand, or since a stop took longer than its time. With the append-only file at most the last second of writes is missing.",
          next: (n) => [readLog(n), ["start it again", `docker start ${n.container}`], verify(n)],
        },
        ended: {
          severity: "critical",
          title: "the container ended by itself",
          means: "Redis or its start script ended with an error. What it said is in the container's log.",
          next: (n) => [
            readLog(n),
            ["find the line that says why", `bin/redis-ops diagnose ${n.stack} --incident cannot-start`],
          ],
        },
        looping: {
          severity: "critical",
          title: "the container ends and is started again, over and over",
          means: "It ends soon after each start. Waiting does not mend it.",
          next: (n) => [
            readLog(n),
            ["find the line that says why", `bin/redis-ops diagnose ${n.stack} --incident cannot-start`],
          ],
        },
        "not-started": {
          severity: "critical",
          title: "the container was made and never started",
          means: "The engine could not start it, or nobody asked it to.",
          next: (n) => [
            ["start it, and read what the engine says", `docker start ${n.container}`],
            verify(n),
          ],
        },
      },
      judge: (facts) =>
        from(facts.container, (container) => {
          if (container === "none") {
            return {
              outcome: "not-deployed",
              saw: `the engine has no container ${facts.props.server.containerName}`,
            };
          }
          const { status, exitCode, restartCount, error } = container;
          const evidence = error === "" ? {} : { evidence: [error] };
          if (isLooping(facts)) {
            return {
              outcome: "looping",
              saw: `${status}, ${restartCount} restarts, last ${endedWith(container, facts.now)}`,
              ...evidence,
            };
          }
          if (status === "running") {
            return ok("running");
          }
          if (status === "paused") {
            return { outcome: "paused", saw: "paused" };
          }
          if (status === "created") {
            return { outcome: "not-started", saw: "created", ...evidence };
          }
          const outcome = ASKED.has(exitCode) ? "exited" : exitCode === 137 ? "killed" : "ended";
          return { outcome, saw: `${status}, ${endedWith(container, facts.now)}`, ...evidence };
        }),
    }),
  ],
  never: [
    "Do not recreate it to be on the safe side: `docker rm`, or removing its volume, makes a container that could be started into one that has to be restored.",
  ],
};
