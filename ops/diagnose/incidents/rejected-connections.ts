import { levelAbove } from "../../../core/levels";
import { infoNumber } from "../../look/info";
import { known } from "../facts";
import { from, type Incident, ok, type Seen, step } from "../incident";
import { applyLive } from "./advice";
import { field, holders } from "./reading";

const NEARLY = 0.9;

export const rejectedConnections: Incident = {
  name: "rejected-connections",
  title: "Redis has no connection left",
  symptoms: [
    "clients say `ERR max number of clients reached`, or their connections end at once",
    "`rejected_connections` in INFO grows",
  ],
  steps: [
    step({
      looks: "how many connections there are, of how many, and who holds them",
      command: (n) =>
        `${n.redis("INFO", "clients")}; docker exec ${n.container} sh -c 'cat /proc/net/tcp /proc/net/tcp6'`,
      fine: "There is room.",
      outcomes: {
        full: {
          severity: "critical",
          title: "every connection is taken",
          means:
            "Redis refuses each further client, redis-cli as well; nothing is lost, and those that are connected are served. Mostly one application opens connections and does not close them.",
          next: (n) => [
            ["whose addresses those are", `docker network inspect ${n.network}`],
            ["mend its pool, and restart the application: its connections go with it"],
            ["then see what is left", `bin/redis-ops clients ${n.stack}`],
            ...applyLive(
              n,
              `where that many are right: raise maxclients in config/services/${n.service}.ts, once there is a connection for it`,
            ),
            ["a timeout there closes idle connections of such applications from then on"],
          ],
        },
        nearly: {
          severity: "warning",
          title: "more than 90 % of the connections are taken",
          means: "Soon Redis refuses clients.",
          next: (n) => [
            ["who holds them, and how long they have been idle", `bin/redis-ops clients ${n.stack}`],
            ...applyLive(
              n,
              `mend the pool of the application, or raise maxclients in config/services/${n.service}.ts`,
            ),
          ],
        },
        before: {
          severity: "note",
          title: "connections were rejected since the server was started",
          means: "There is room now. The counter goes back at the next start.",
          next: (n) => [["who holds connections", `bin/redis-ops clients ${n.stack}`]],
        },
      },
      judge: (facts): Seen<"full" | "nearly" | "before"> => {
        const evidence = holders(facts);
        if (known(facts.answer)?.kind === "max-clients") {
          return { outcome: "full", saw: known(facts.answer)?.said ?? "", evidence };
        }
        return from(facts.info, (info) =>
          field(info, "connected_clients", (connected) =>
            field(info, "maxclients", (most) => {
              const saw = `${connected} of ${most}`;
              const rejected = infoNumber(info, "rejected_connections") ?? 0;
              if (connected >= most * NEARLY) {
                return { outcome: "nearly", saw, evidence };
              }
              return rejected > 0 ? { outcome: "before", saw: `${saw}; ${rejected} were rejected` } : ok(saw);
            }),
          ),
        );
      },
    }),
    step({
      looks: "the limit of connections, compared with the configured one",
      command: (n) => n.redis("INFO", "clients"),
      fine: "The server takes as many as are configured.",
      outcomes: {
        lowered: {
          severity: "warning",
          title: "the server takes fewer connections than are configured",
          means:
            "Redis lowers maxclients by itself when it may not open enough files, and says so in its log only; or somebody set it.",
          next: (n) => [
            ["how many files it may open", `docker exec ${n.container} grep 'open files' /proc/1/limits`],
            ...applyLive(n, "where that is more than maxclients and 32: give it what is configured"),
            ["else raise default-ulimits nofile in the engine's daemon.json, and deploy anew"],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "maxclients", (most) => {
            const configured = facts.props.server.maxclients;
            return most < configured
              ? { outcome: "lowered", saw: `${most}, configured ${configured}` }
              : ok(`${most}`);
          }),
        ),
    }),
    step({
      looks: "the number of connections, compared with the service's thresholds",
      command: (n) => n.redis("INFO", "clients"),
      fine: "It is below them.",
      outcomes: {
        many: {
          severity: "warning",
          title: "there are more connections than the service says are right",
          means: "An application leaks connections, or has grown.",
          next: (n) => [
            ["who holds them, and how long they have been idle", `bin/redis-ops clients ${n.stack}`],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "connected_clients", (connected) => {
            const levels = facts.props.thresholds.connectedClients;
            return levelAbove(connected, levels) !== undefined
              ? {
                  outcome: "many",
                  saw: `${connected}, threshold ${levels.warning}`,
                  evidence: holders(facts),
                }
              : ok(`${connected}, threshold ${levels.warning}`);
          }),
        ),
    }),
  ],
  never: ["Do not restart Redis to get rid of connections: the application opens them again within seconds."],
};
