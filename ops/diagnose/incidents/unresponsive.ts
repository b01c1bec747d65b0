import { ageText } from "../../amounts";
import { infoNumber } from "../../look/info";
import { type Answer, containerOf, isUp, known, PING_SECONDS } from "../facts";
import { from, type Incident, ok, step, unknown } from "../incident";
import { verify } from "./advice";

/** Kinds of answers that other pages are about. */
const ELSEWHERE: Readonly<Partial<Record<Answer["kind"], string>>> = {
  busy: "it answers that a script runs: page hung-script",
  denied: "it answers, and refuses our login: page access-denied",
  "max-clients": "it answers that it has no connection left: page rejected-connections",
  misconf: "it answers that it cannot save: page persistence-failure",
};

export const unresponsive: Incident = {
  name: "unresponsive",
  title: "Redis runs and does not answer",
  symptoms: [
    "clients run into their timeouts; an API says 503, `Session service unavailable`",
    "`redis-cli ping` hangs, or says `LOADING Redis is loading the dataset in memory`",
    "`docker ps` shows `(unhealthy)`",
  ],
  steps: [
    step({
      looks: `what Redis answers to PING within ${PING_SECONDS} s, and what its process does`,
      command: (n) => `${n.redis("PING")}; docker exec ${n.container} grep State /proc/1/status`,
      fine: "It answers.",
      outcomes: {
        "stopped-process": {
          severity: "critical",
          title: "the process of Redis is stopped by a signal",
          means: "Somebody sent SIGSTOP, or a debugger holds it. Everything is in memory, and clients wait.",
          next: (n) => [
            [
              "let it go on; docker kill would do so too, and switch its restart policy off",
              `docker exec ${n.container} sh -c 'kill -CONT 1'`,
            ],
            verify(n),
          ],
        },
        "disk-wait": {
          severity: "critical",
          title: "Redis waits for the disk",
          means:
            "Its process is in a write or fsync that does not come back. A restart waits for the same disk.",
          next: (n) => [
            ["see what the host's disk does", "docker stats --no-stream; df -h; dmesg | tail -20"],
            ["read what it said last", `docker logs --tail 20 ${n.container}`],
            ["when the disk answers again, it goes on by itself", `bin/redis-ops verify ${n.stack}`],
          ],
        },
        silent: {
          severity: "critical",
          title: "Redis does not answer",
          means:
            "It is in the middle of one long command, or of a script of less than 5 s. It does one thing at a time, and goes on when that has ended; nothing is lost by waiting.",
          next: (n) => [
            [
              "look again in a minute: a script is told as one after 5 s",
              `bin/redis-ops diagnose ${n.stack}`,
            ],
            ["whether it works, or waits", `docker stats --no-stream ${n.container}`],
            ["when it answers again: which command it was", `bin/redis-ops slow ${n.stack}`],
            [
              "only when it stays so: it is stopped, at the latest by SIGKILL, and loads what the append-only file has, all but at most the last second",
              `docker restart ${n.container}`,
            ],
          ],
        },
        loading: {
          severity: "warning",
          title: "Redis is loading its data",
          means: "It started a moment ago and answers when all of it is in memory. A restart begins anew.",
          next: (n) => [["wait for it", `bin/redis-ops verify ${n.stack} --timeout 600`]],
        },
        "no-listener": {
          severity: "critical",
          title: "nothing listens on Redis' port in the container",
          means:
            "It has not begun to listen yet, or its process is busy before that: it copies or checks data.",
          next: (n) => [
            ["read what it said last", `docker logs --tail 20 ${n.container}`],
            ["wait for it", `bin/redis-ops verify ${n.stack}`],
          ],
        },
        strange: {
          severity: "critical",
          title: "Redis says something else than PONG",
          means: "It runs, and this is not what it should answer.",
          next: (n) => [["read what it said itself", `docker logs --tail 50 ${n.container}`]],
        },
      },
      judge: (facts) => {
        if (!isUp(facts)) {
          return unknown("the server does not run");
        }
        const processState = known(facts.inside)?.processState;
        if (processState === "T" || processState === "t") {
          return { outcome: "stopped-process", saw: `no answer, and process 1 is in state ${processState}` };
        }
        return from(facts.answer, ({ kind, said }) => {
          const info = known(facts.info);
          const percent = info === undefined ? undefined : infoNumber(info, "loading_loaded_perc");
          switch (kind) {
            case "pong":
              return ok("PONG");
            case "loading": {
              const eta = info === undefined ? undefined : infoNumber(info, "loading_eta_seconds");
              const progress = percent === undefined ? "" : `, ${Math.floor(percent)} % done`;
              return {
                outcome: "loading",
                saw: `LOADING${progress}${eta === undefined ? "" : `, about ${ageText(eta)} more`}`,
              };
            }
            case "silence":
              return {
                outcome: processState === "D" ? "disk-wait" : "silent",
                saw: `${said}; process 1 is in state ${processState ?? "unknown"}`,
              };
            case "refused":
              return { outcome: "no-listener", saw: said };
            case "other":
              return { outcome: "strange", saw: said };
            default:
              return ok(ELSEWHERE[kind] ?? said);
          }
        });
      },
    }),
    step({
      looks: "what Docker's health check says",
      command: (n) => `docker inspect --format '{{json .State.Health}}' ${n.container}`,
      fine: "It is healthy, or has not been asked often enough yet.",
      outcomes: {
        unhealthy: {
          severity: "warning",
          title: "the health check fails",
          means:
            "Docker asked several times in a row and did not get PONG in time. It restarts nothing by itself.",
          next: (n) => [["prove whether it works", `bin/redis-ops verify ${n.stack}`]],
        },
      },
      judge: (facts) => {
        const container = containerOf(facts);
        if (container === undefined || container.status !== "running") {
          return unknown("the server does not run");
        }
        return container.health === "unhealthy"
          ? {
              outcome: "unhealthy",
              saw: "unhealthy",
              ...(container.probe === "" ? {} : { evidence: container.probe.split("\n").slice(-3) }),
            }
          : ok(container.health);
      },
    }),
    step({
      looks: "whether the container is in the network of its clients",
      command: (n) => `docker inspect --format '{{json .NetworkSettings.Networks}}' ${n.container}`,
      fine: "It is.",
      outcomes: {
        "no-network": {
          severity: "critical",
          title: "the container is not in its network",
          means: "It answers itself, and no client finds its name: somebody disconnected it.",
          next: (n) => [
            [
              "put it back, with its names, while it runs; Terraform does not see that it is out",
              `docker network connect ${n.aliases.map((alias) => `--alias ${alias} `).join("")}${n.network} ${n.container}`,
            ],
            verify(n),
          ],
        },
      },
      judge: (facts) =>
        from(facts.container, (container) => {
          const { name } = facts.props.network;
          if (container === "none") {
            return unknown("there is no container");
          }
          return container.networks.includes(name)
            ? ok(name)
            : {
                outcome: "no-network",
                saw: `it is in ${container.networks.join(", ") || "none"}, and not in ${name}`,
              };
        }),
    }),
  ],
  never: [
    "Do not restart first: what it did is gone with the process, a server that loads begins anew, and without the append-only file what was not saved is lost.",
    "Do not believe `redis-cli ping` by its exit code: it is 0 for NOAUTH, WRONGPASS and LOADING as well.",
    "Do not run MONITOR to see what goes on: it costs more than half of the throughput and shows session tokens.",
    "`ping` of the host's network tools says nothing about Redis.",
  ],
};
