import type { DurationText } from "../../core/duration";
import {
  dashboards,
  everyAlert,
  hotCommands,
  latencyNow,
  memoryKeys,
  memoryNow,
  quietAlerts,
  sessionsCount,
  sessionsList,
  sessionsOfPerson,
  sessionsShow,
  slowLog,
  status,
} from "./day-two";
import { command, does, notYet, of, outOfScope, type Row, refused } from "./row";
import {
  backupCopy,
  backupCreate,
  backupIsChecked,
  comesBack,
  gatesCommand,
  logs,
  restoreFrom,
  shown,
  verify,
} from "./shared";

const prod = of("vedfolnir-prod");

/** As the description writes it. The compiler refuses it in an editor, and the product when it is deployed. */
const NO_UNIT_OF_OURS = "100 us" as DurationText;

/** What Vedfolnir's description says about its data and about running it, after the configuration. */
export const vedfolnirOperation: readonly Row[] = [
  {
    id: "3.3.11",
    says: "`vedfolnir:session:<session_id>`, TTL 7200 seconds, JSON (user_id, username, role, …, last_activity); keyspace events `Ex`",
    facts: [
      prod.value("stores.0.kind", "sessions"),
      prod.value("stores.0.keys", "vedfolnir:session:*"),
      prod.value("stores.0.ttl", "2 h"),
      prod.value("server.notifyKeyspaceEvents", "Ex"),
      prod.value("stores.0.format.user", "username"),
      prod.value("stores.0.format.lastActivity", "last_activity"),
      sessionsShow,
      command(
        "redis-ops sessions delete --idle-for TIME",
        "cleans up without waiting for events",
        shown(
          "engine/sessions",
          "deletes exactly what the filters mean, whatever somebody else does meanwhile",
        ),
        { differs: "an event comes late, and to nobody who is away", traps: ["T63"] },
      ),
    ],
  },
  {
    id: "3.3.12",
    says: "`rq:queue:<queue_name>`, `rq:job:<job_id>`; result TTL 86400, job TTL 7200; small queues in small encoding",
    facts: [
      prod.value("stores.1.kind", "queue"),
      prod.value("stores.1.keys", "rq:queue:*"),
      prod.value("stores.2.kind", "jobs"),
      prod.value("stores.2.keys", "rq:job:*"),
      prod.value("stores.2.ttl", "2 h"),
      prod.value("stores.3.kind", "results"),
      prod.value("stores.3.ttl", "24 h"),
      prod.value("server.encoding.listMaxListpackSize", "-1"),
      refused("an alarm for each worker that waits", "it would never end", ["T61"], {
        stack: "vedfolnir-prod",
        service: { thresholds: { blockedClients: { warning: 0, critical: 10 } } },
        answer: { warnedBy: "blocked-clients" },
      }),
      command(
        "redis-ops queue list",
        "lists queues with jobs of each state, workers, and what is stuck and why",
        shown("engine/queues", "lists states, workers and what is stuck"),
      ),
      command(
        "redis-ops queue requeue --failed QUEUE",
        "runs failed jobs again, as RQ itself does",
        shown("engine/queues", "requeues failed jobs as RQ itself does, and nothing without --yes"),
      ),
    ],
  },
  {
    id: "3.3.13",
    says: "`redis-cli ping` + `info replication`; 30 s, 10 s, 5 retries, start 10 s; slow >10ms; latency >100μs; hits, clients, memory",
    facts: [
      prod.value("server.healthcheck.interval", "30 s"),
      prod.value("server.healthcheck.timeout", "10 s"),
      prod.value("server.healthcheck.retries", "5"),
      prod.value("server.healthcheck.startPeriod", "1 min", {
        differs: "a large file is not loaded in 10 s",
        traps: ["T32"],
      }),
      refused("a start period of 10 s", "1 GiB is not loaded by then", ["T32"], {
        stack: "vedfolnir-prod",
        service: { healthcheck: { interval: "30 s", timeout: "10 s", retries: 5, startPeriod: "10 s" } },
        answer: { warnedBy: "start-period" },
      }),
      does(
        "the probe compares the reply, as a user who may PING alone",
        shown("constructs/redis-server", "logs in as a user who may only ping where a password is asked for"),
        { differs: "an exit code is 0 on errors too", traps: ["T6"] },
      ),
      prod.value("server.slowlogLogSlowerThan", "10 ms"),
      prod.value("server.latencyMonitorThreshold", "100 ms", {
        differs: "Redis counts whole milliseconds; 100 µs cannot be said",
        traps: ["T26"],
      }),
      refused("100 µs", "Redis would take 100 for milliseconds", ["T26"], {
        stack: "vedfolnir-prod",
        service: { latencyMonitorThreshold: NO_UNIT_OF_OURS },
        answer: { problem: 'vedfolnir.latencyMonitorThreshold: got "100 us"' },
      }),
      status,
      memoryNow,
      everyAlert,
      quietAlerts,
      dashboards,
    ],
  },
  {
    id: "3.3.14",
    says: "`init-redis.sh`, `redis-management.sh`, `redis-health-check.sh`, `redis-performance-monitor.sh`, `validate-redis-setup.sh`; `redis.conf`, `redis.env`",
    facts: [
      command(
        "redis-ops secrets init",
        "makes what a new stack needs",
        shown("engine/secret-files", "makes long random secrets that only Redis and the exporter can read"),
      ),
      verify,
      command(
        "redis-ops preflight",
        "validates the configuration before anything is touched",
        shown("ops/preflight", "everything that is wrong is told in one run"),
      ),
      gatesCommand,
      does(
        "redis.conf is rendered from `redis.conf.tpl`",
        shown("core/redis-conf", "writes every value in the unit that Redis takes"),
      ),
      does(
        "no environment variable has a setting or a password",
        shown("constructs/redis-server", "gets no environment variable, where a password could be seen"),
        { differs: "everybody who may inspect the container reads it" },
      ),
      backupCreate,
      restoreFrom,
      command(
        "redis-ops backup prune",
        "shows which backups nobody has to keep, and removes them",
        shown("ops/backup-prune", "shows what goes and what stays, and removes nothing without --yes"),
      ),
      sessionsCount,
      sessionsList,
      command(
        "redis-ops status --watch",
        "shows performance as it goes; without --watch, as a snapshot",
        shown(
          "engine/look",
          "shows a stack that is well, one that is stopped by force, one that hangs, and one that is gone",
        ),
      ),
    ],
  },
  {
    id: "3.3.15",
    says: "RDB automatic, AOF continuous, BGSAVE, storage path, point-in-time, migration, verification, cleanup after 30 days",
    facts: [
      prod.line("save 900 1"),
      prod.line("appendonly yes"),
      backupCreate,
      backupIsChecked,
      command(
        "redis-ops backup drill",
        "loads a backup in a server of its own, compares it, and writes down how it went",
        shown("engine/backup-drill", "a good backup is loaded, compared and reported"),
      ),
      command(
        "redis-ops restore --time MOMENT",
        "restores the append-only set as it was at a moment",
        shown(
          "engine/restore-aof",
          "restores an append-only set as it was at a moment, and says what moments there are",
        ),
        { differs: "`persistence.pointInTime` has to be on, and it goes back to the last rewrite" },
      ),
      command(
        "redis-ops restore --of STACK",
        "brings the data of one stack into another",
        shown(
          "engine/restore-failures",
          "takes keys that match of another stack, and loads them after the stop where memory is short",
        ),
      ),
      backupCopy,
      prod.value("backups.schedule.keepFor", "72 h", {
        differs: "30 days of every six hours are 120 copies: `backup copy` takes those to keep elsewhere",
      }),
      command(
        "redis-ops backup prune --keep-for TIME",
        "keeps what is younger",
        shown("ops/backup-prune", "keeps what is young enough"),
      ),
    ],
  },
  {
    id: "3.3.16",
    says: "`logs`, `redis-cli -a <password>`, `restart`, `--scale redis=1`, `ping redis`, `cat` the secret, `slowlog get 10`, `latency latest`, `memory doctor`, log files, `redis-benchmark`, `--bigkeys`",
    facts: [
      logs,
      does(
        "people log in from the password's file, as user `ops`",
        shown("engine/access", "may use the other name of CONFIG"),
        { differs: "a password in a command line is seen", traps: ["T23"] },
      ),
      does(
        "no password is in any place where it could be found",
        shown("engine/secrets", "has none of the secrets, nor the hash of one, in any place"),
        { traps: ["T23"] },
      ),
      comesBack,
      does(
        "a stop has the time that its snapshot takes",
        shown("config/stop-timeout", "is as long as a snapshot of %s takes, in whole minutes"),
        { traps: ["T50"] },
      ),
      does("a container belongs to one stack", shown("config/names", "a %s belongs to one stack")),
      { ...verify, traps: ["T33"] },
      { ...slowLog, differs: "no log file has it", traps: ["T27"] },
      memoryNow,
      memoryKeys,
      hotCommands,
      {
        ...latencyNow,
        differs: "`redis-benchmark` writes into the live data; this sends PING",
        traps: ["T54"],
      },
    ],
  },
  {
    id: "3.3.17",
    says: "Strong passwords; internal; rotation; audit; ACL; limits and timeouts; encryption; retention; keepalive; SSD; GDPR",
    facts: [
      does(
        "passwords are long and random",
        shown("engine/secret-files", "makes long random secrets that only Redis and the exporter can read"),
      ),
      does(
        "a short one is refused",
        shown("ops/secrets-input", "a password that is too short is refused by its length and not shown"),
      ),
      prod.value("network.internal", "true"),
      command(
        "redis-ops secrets import --replace",
        "changes the password at the next restart",
        shown("engine/secret-files", "takes the same password again, and another one only with --replace"),
      ),
      prod.value("server.maxclients", "10000"),
      prod.value("server.timeout", "0 s"),
      prod.value("server.tcpKeepalive", "5 min"),
      notYet("named users", "an ACL for each user of the application; rotation without a restart"),
      notYet("log analysis and audit", "suspicious access, administration, retention", ["T59"]),
      command(
        "redis-ops backup create --recipient KEY",
        "encrypts a backup for who holds the secret key",
        shown(
          "engine/backup-password",
          "an encrypted one is verified with its identity, and without one by its bytes alone",
        ),
      ),
      notYet("TLS and encryption", "in transit"),
      ...sessionsOfPerson,
      outOfScope("encryption at rest, SSD", "they are the host's disk, which the volume lies on"),
      outOfScope("anonymisation", "what a session says is the application's"),
    ],
  },
];
