import {
  clientsNow,
  everyAlert,
  firesAndResolves,
  latencyNow,
  oneServer,
  quietAlerts,
  realAlerts,
  slowLog,
} from "./day-two";
import { command, does, of, outOfScope, type Row } from "./row";
import { appliesLimits, LOOPBACK, shown, TOO_SMALL } from "./shared";

const prod = of("prospectflow-prod");

/** What the runbook says about speed, size and watching, after its incidents. */
export const prospectflowCapacity: readonly Row[] = [
  {
    id: "3.2.21",
    says: "`slowlog get 10`; `slowlog-log-slower-than 10000`, `slowlog-max-len 128`; pooling; `info clients`",
    facts: [
      prod.value("server.slowlogLogSlowerThan", "10 ms"),
      prod.line("slowlog-log-slower-than 10000"),
      prod.value("server.slowlogMaxLen", "128"),
      prod.value("client.poolSize", "10"),
      slowLog,
      clientsNow,
    ],
  },
  {
    id: "3.2.22",
    says: "Scale when memory >80% of limit, P99 >10ms, connections approach the limit",
    facts: [
      prod.value("thresholds.memory.warning", "70", { differs: "the table of thresholds warns before that" }),
      prod.value("thresholds.latency.warning", "5 ms", {
        differs: "the table of thresholds warns before that",
      }),
      everyAlert,
      does(
        "latency is alerted on as the mean of what clients wait for",
        shown("monitoring/alert-rules", "the thresholds of ProspectFlow are in its rules"),
        { differs: "percentiles of the last minutes need what older exporters do not count" },
      ),
      latencyNow,
    ],
  },
  {
    id: "3.2.23",
    says: "Vertical: `maxmemory 512mb`, `docker-compose restart redis`",
    facts: [
      appliesLimits,
      prod.value("server.memoryLimit", "629 MiB", TOO_SMALL),
      command(
        "redis-ops apply-live",
        "sets `maxmemory` and what else Redis takes without a new container, and says what waits for one",
        shown(
          "engine/apply-live",
          "sets them on the running server, which goes on, and says that the next deploy still replaces it",
        ),
      ),
    ],
  },
  {
    id: "3.2.24",
    says: "Horizontal: Sentinel, Cluster, ElastiCache; clients' configuration, session stickiness",
    facts: [
      ...oneServer("prospectflow-prod", "prospectflow"),
      outOfScope("ElastiCache", "a managed Redis has no container"),
      outOfScope("session stickiness", "it is the load balancer's"),
    ],
  },
  {
    id: "3.2.25",
    says: "Memory >70/>90%; clients >100/>500; blocked >0/>10; hit ratio <90/<70%; latency >5/>20 ms (warning/critical)",
    facts: [
      ...(
        [
          ["memory", "70", "90"],
          ["connectedClients", "100", "500"],
          ["blockedClients", "0", "10"],
          ["hitRatio", "90", "70"],
          ["latency", "5 ms", "20 ms"],
        ] as const
      ).flatMap(([name, warning, critical]) => [
        prod.value(`thresholds.${name}.warning`, warning),
        prod.value(`thresholds.${name}.critical`, critical),
      ]),
      does(
        "each is in a rule of the stack",
        shown("monitoring/alert-rules", "the thresholds of ProspectFlow are in its rules"),
      ),
      everyAlert,
      {
        ...quietAlerts,
        differs: "ratios need traffic, and waiting workers are no alarm",
        traps: ["T61", "T62"],
      },
    ],
  },
  {
    id: "3.2.26",
    says: "`oliver006/redis_exporter`, `9121:9121`, `REDIS_ADDR=redis://redis:6379`",
    facts: [
      prod.value("exporter.image", "oliver006/redis_exporter:v1.88.0", {
        differs: "an image without a tag is another one with each pull",
        traps: ["T43"],
      }),
      prod.value("exporter.hostAddress", "127.0.0.1", LOOPBACK),
      does(
        "it logs in from a file, on the service's network",
        shown("engine/exporter", "has no privileges and no password in its environment"),
        { differs: "the example joins no network and has no password", traps: ["T45", "T49"] },
      ),
    ],
  },
  {
    id: "3.2.27",
    says: "RedisDown `redis_up == 0` for 1m critical; RedisMemoryHigh `… > 0.8` for 5m warning",
    facts: [
      does(
        "RedisDown is as it says; RedisMemoryHigh has the table's thresholds, and needs a `maxmemory`",
        firesAndResolves,
        {
          differs: "0.8 is neither of the table's, and a share of nothing never ends",
          traps: ["T46", "T47"],
        },
      ),
      realAlerts,
      command(
        "redis-ops monitoring rules",
        "prints them for your own Prometheus",
        shown(
          "ops/monitoring",
          "monitoring rules prints the rules of what can be watched, or of the stacks named",
        ),
      ),
      does(
        "a Prometheus beside the server has them loaded, if the service wants one",
        shown("engine/prometheus", "has the rules loaded and every target up, which verify says"),
      ),
    ],
  },
  {
    id: "3.2.28",
    says: "Contacts: primary on-call, infrastructure, escalation",
    facts: [
      prod.value("contacts.onCall", "Team Slack channel of ProspectFlow"),
      prod.value("contacts.infrastructure", "Infra team"),
      prod.value("contacts.escalation", "Engineering lead"),
      does(
        "each alert names whom to call, what to type first, and its page of the runbooks",
        shown(
          "monitoring/alert-rules",
          "an alert says what is wrong, what to type first, whom to call and which page to read",
        ),
      ),
    ],
  },
];
