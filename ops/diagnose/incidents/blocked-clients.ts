import { levelAbove } from "../../../core/levels";
import { from, type Incident, ok, step } from "../incident";
import { field } from "./reading";

export const blockedClients: Incident = {
  name: "blocked-clients",
  title: "Clients wait in blocking commands",
  symptoms: [
    "`blocked_clients` in INFO is above the service's threshold",
    "workers do nothing, and queues grow",
  ],
  steps: [
    step({
      looks: "clients in BLPOP, BLMOVE, XREAD and the like, compared with the service's thresholds",
      command: (n) => n.redis("INFO", "clients"),
      fine: "As many as the service says, or it names no threshold, since its workers wait that way.",
      outcomes: {
        blocked: {
          severity: "warning",
          title: "more clients wait in blocking commands than the service says are right",
          means:
            "Idle workers of a queue wait that way, and hold nobody up. Where a service has none, an application waits for something that nobody sends.",
          next: (n) => [["which clients wait, in which command", `bin/redis-ops clients ${n.stack}`]],
        },
      },
      judge: (facts) => {
        const levels = facts.props.thresholds.blockedClients;
        return from(facts.info, (info) =>
          field(info, "blocked_clients", (blocked) =>
            levels !== undefined && levelAbove(blocked, levels) !== undefined
              ? { outcome: "blocked", saw: `${blocked}, threshold ${levels.warning}` }
              : ok(`${blocked}, ${levels === undefined ? "no threshold" : `threshold ${levels.warning}`}`),
          ),
        );
      },
    }),
  ],
  never: ["Do not kill blocked clients of a queue: they are its idle workers."],
};
