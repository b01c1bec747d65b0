import { from, type Incident, ok, step, unknown } from "../incident";

export const replication: Incident = {
  name: "replication",
  title: "Redis copies from, or to, another server",
  symptoms: [
    "writes fail with `READONLY You can't write against a read only replica.`",
    "`role:slave` in INFO, or replicas that nobody deployed",
  ],
  steps: [
    step({
      looks: "the server's role",
      command: (n) => n.redis("INFO", "replication"),
      fine: "A master, as every server of this project is.",
      outcomes: {
        replica: {
          severity: "critical",
          title: "the server is a replica of another one",
          means:
            "Somebody sent REPLICAOF. Once the link was up, what this server had was replaced by the other one's data; it refuses writes.",
          next: (n) => [
            ["keep what it has now", `bin/redis-ops backup create ${n.stack}`],
            ["which backup is from before", `bin/redis-ops backup list ${n.stack}`],
            ["make it a master again; it keeps what it has now", n.redis("REPLICAOF", "NO", "ONE")],
            [
              "take the backup from before, where the data is the other one's; what is there is kept",
              `bin/redis-ops restore ${n.stack} --from ID`,
            ],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const role = info.get("role");
          const link = info.get("master_link_status");
          return role === "slave"
            ? {
                outcome: "replica",
                saw: `role:slave of ${info.get("master_host")}:${info.get("master_port")}, link ${link}`,
              }
            : role === undefined
              ? unknown("INFO has no role")
              : ok(`role:${role}`);
        }),
    }),
    step({
      looks: "servers that copy from this one",
      command: (n) => n.redis("INFO", "replication"),
      fine: "None. A backup is one for the moments in which it is taken.",
      outcomes: {
        copied: {
          severity: "warning",
          title: "another server copies all of the data",
          means: "This project deploys no replicas. Whoever it is knows a password with that right.",
          next: (n) => [
            ["whose address that is", `docker network inspect ${n.network}`],
            ["which connection", `bin/redis-ops clients ${n.stack}`],
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const online = [...info].filter(
            ([name, value]) => /^slave\d+$/.test(name) && value.includes("state=online"),
          );
          return online.length === 0
            ? ok("none")
            : {
                outcome: "copied",
                saw: `${online.length}`,
                evidence: online.map(([name, value]) => `${name}:${value}`),
              };
        }),
    }),
  ],
  never: [
    "Do not send REPLICAOF to the server whose data you want to keep: it throws its own away.",
    "A replica is no backup: what is deleted here is deleted there.",
  ],
};
