import {
  memoryNow,
  sessionsByField,
  sessionsCount,
  sessionsDeleteAll,
  sessionsDeleteOne,
  sessionsList,
  sessionsRestore,
  sessionsShow,
  sessionsTtl,
  status,
} from "./day-two";
import { prospectflowCapacity } from "./prospectflow-capacity";
import { prospectflowIncidents } from "./prospectflow-incidents";
import { command, does, of, type Row, refused, type Seed } from "./row";
import {
  appliesLimits,
  backupCopy,
  backupCreate,
  backupIsChecked,
  comesBack,
  down,
  keepsProduction,
  LOSES_SESSIONS,
  logs,
  memoryCommand,
  PINNED,
  reset,
  restoreFrom,
  shown,
  stopsCleanly,
  up,
  verify,
  verifyFiles,
} from "./shared";

const prod = of("prospectflow-prod");

const facts: readonly Row[] = [
  {
    id: "3.2.1",
    says: "`redis:7-alpine`, port 6379, 256MB, allkeys-lru, AOF + RDB, session TTL 24 hours (86400s); `infra/redis`",
    facts: [
      prod.value("server.image", "redis:7.4.11-alpine", PINNED),
      prod.line("port 6379"),
      prod.line("maxmemory 256mb"),
      prod.line("maxmemory-policy noeviction", LOSES_SESSIONS),
      refused("`allkeys-lru`", "it logs users out", ["T17"], {
        stack: "prospectflow-prod",
        service: { maxmemoryPolicy: "allkeys-lru" },
        answer: { refusedBy: "sessions-evicted" },
      }),
      prod.value("server.persistence.appendonly", "true"),
      prod.value("stores.0.kind", "sessions"),
      prod.value("stores.0.ttl", "24 h"),
      prod.value("stores.0.lossAcceptable", "false"),
    ],
  },
];

const containers: readonly Row[] = [
  {
    id: "3.2.2",
    says: "`up -d`; `stop redis`; `restart redis`; `ps`; `logs -f redis`",
    facts: [up, stopsCleanly, comesBack, appliesLimits, verify, logs],
  },
  {
    id: "3.2.3",
    says: "`down` (data persists); cleanup: `down -v`, `rm -rf data/*`",
    facts: [down, reset, keepsProduction],
  },
];

const health: readonly Row[] = [
  {
    id: "3.2.4",
    says: "`ping`; `redis-cli -h localhost -p 6379 info server | head -20`",
    facts: [verify, status],
  },
  {
    id: "3.2.5",
    says: "`info memory`: `used_memory`, `used_memory_peak`, `maxmemory` 268435456, policy `allkeys-lru`",
    facts: [
      memoryCommand,
      does(
        "`maxmemory` and policy are asked of every running stack",
        shown(
          "engine/every-stack",
          "runs with every directive of its redis.conf, and lets in the users of it alone",
        ),
        { differs: "the policy is `noeviction`", traps: ["T17"] },
      ),
      memoryNow,
    ],
  },
  {
    id: "3.2.6",
    says: "`info replication`: `role:master`",
    facts: [
      refused("a replica", "a stack is one server", [], {
        stack: "prospectflow-prod",
        service: { directives: { replicaof: "other 6379" } },
        answer: { problem: "prospectflow.directives.replicaof: " },
      }),
      command(
        "redis-ops diagnose --incident NAME",
        "finds a server that copies from another one, or is copied",
        shown("ops/diagnose/judges", "every outcome of every step is among these"),
      ),
    ],
  },
];

const sessions: readonly Row[] = [
  {
    id: "3.2.7",
    says: "Sessions: list, count `keys … | wc -l`, `get`, `get … | jq .`, `ttl` (-1: none, -2: no key)",
    facts: [sessionsList, sessionsCount, sessionsShow, sessionsTtl],
  },
  {
    id: "3.2.8",
    says: 'Delete one; delete all (emergency): `keys "session:*" | xargs redis-cli del`',
    facts: [sessionsDeleteOne, sessionsDeleteAll, sessionsRestore],
  },
  {
    id: "3.2.9",
    says: "Delete sessions by organisation: loop over `keys`, `jq -r .organisationId`, `del`",
    facts: [prod.value("stores.0.format.organisation", "organisationId"), sessionsByField, sessionsRestore],
  },
];

const data: readonly Row[] = [
  {
    id: "3.2.10",
    says: "`bgsave`; `info persistence`: `rdb_last_save_time`, `aof_enabled` 1, `aof_last_rewrite_time_sec`",
    facts: [
      prod.line("appendonly yes"),
      backupCreate,
      backupIsChecked,
      status,
      command(
        "redis-ops diagnose --incident NAME",
        "tells whether the last save, write and rewrite succeeded, and what it means",
        shown("ops/diagnose/judges", "every outcome of every step is among these"),
        { differs: "the time of a rewrite is how long it took", traps: ["T48"] },
      ),
    ],
  },
  {
    id: "3.2.11",
    says: "Verify data files: `dump.rdb`, `appendonly.aof`",
    facts: [verifyFiles],
  },
  {
    id: "3.2.12",
    says: "Manual backup: stop writes by `bgsave`, copy rdb and aof with date and time",
    facts: [
      backupCreate,
      command(
        "redis-ops backup create --kind KIND",
        "of kind aof takes all files of the append-only set of one moment, with their manifest",
        shown("engine/backup-password", "it is taken under load, checked, and rewriting goes on afterwards"),
        { differs: "`persistence.pointInTime` has to be on", traps: ["T1", "T5"] },
      ),
    ],
  },
  {
    id: "3.2.13",
    says: "Restore: stop, copy `redis-YYYYMMDD.rdb` and `.aof`, start, count the keys",
    facts: [
      restoreFrom,
      does(
        "the counts of every database and a sample of keys are compared, not lines",
        shown("ops/backup/compare-with-manifest", "differ in every database by itself"),
        { traps: ["T9"] },
      ),
    ],
  },
  {
    id: "3.2.14",
    says: "Cron `0 3 * * *`: `docker exec redis redis-cli bgsave && cp data/dump.rdb /backup/…`",
    facts: [
      prod.value("backups.schedule.every", "6 h", { differs: "what is lost at most is 6 h, not a day" }),
      does(
        "a container of the stack makes it, checks it and counts its keys",
        shown("engine/scheduled-backup", "has every key, says how many, and is loaded by a server"),
        { differs: "no cron on the host, which may not read the files", traps: ["T4", "T49", "T52"] },
      ),
      does(
        "old ones are removed: the last 12 and those of 72 h stay",
        shown(
          "engine/scheduled-backup",
          "keeps the newest and the young, stops at once, and makes one for all that were missed",
        ),
        { traps: ["T39"] },
      ),
      does(
        "a wrong password is no backup, and is told",
        shown(
          "engine/backup-password",
          "a wrong password is told with what to do, before anything is written",
        ),
        { differs: "`redis-cli` ends with 0 then, and `cp` goes on", traps: ["T6"] },
      ),
      backupCopy,
    ],
  },
];

export const prospectflowRunbook: Seed = {
  title: "ProspectFlow, runbook",
  service: "prospectflow",
  rows: [
    ...facts,
    ...containers,
    ...health,
    ...sessions,
    ...data,
    ...prospectflowIncidents,
    ...prospectflowCapacity,
  ],
};
