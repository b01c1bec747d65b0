import { known } from "../facts";
import { from, type Incident, ok, step } from "../incident";
import { beside } from "./reading";

export const exporterAbsent: Incident = {
  name: "exporter-absent",
  title: "There are no metrics",
  symptoms: ["`up == 0` or `redis_up == 0` in Prometheus", "dashboards are empty, and Redis works"],
  steps: [
    step({
      looks: "the exporter's container",
      command: (n) => `docker inspect --format '{{json .State}}' ${n.exporter}`,
      fine: "It runs, or the stack has none.",
      outcomes: {
        "exporter-stopped": {
          severity: "warning",
          title: "the exporter does not run",
          means: "Nobody is told when something is wrong with Redis. Redis itself is not concerned.",
          next: (n) => [
            ["read what it said", `docker logs --tail 20 ${n.exporter}`],
            ["start it; where it is missing, bin/up makes it", `docker start ${n.exporter}`],
          ],
        },
      },
      judge: (facts) => beside(facts.exporter, "the stack has no exporter", "exporter-stopped"),
    }),
    step({
      looks: "what the exporter says on its port",
      command: (n) => `curl --silent http://${n.metrics}/metrics | grep '^redis_up'`,
      fine: "redis_up 1.",
      outcomes: {
        "redis-not-up": {
          severity: "warning",
          title: "the exporter does not reach Redis",
          means: "Redis does not answer it, or refuses its password.",
          next: (n) => [
            ["read what it said", `docker logs --tail 20 ${n.exporter}`],
            ["see whether its password file is up to date", `bin/redis-ops secrets status ${n.stack}`],
            ["make it anew", `bin/redis-ops secrets init ${n.stack}`],
            ["let the exporter read it", `docker restart ${n.exporter}`],
          ],
        },
      },
      judge: (facts) => {
        const exporter = known(facts.exporter);
        if (exporter === undefined || exporter === "none" || exporter.status !== "running") {
          return ok("the exporter does not run, or there is none");
        }
        return from(facts.metrics, (saw) =>
          saw === "redis_up 1" ? ok(saw) : { outcome: "redis-not-up", saw },
        );
      },
    }),
  ],
  never: [
    "Do not publish the exporter's port on every interface to reach it: what it shows is for Prometheus alone.",
  ],
};
