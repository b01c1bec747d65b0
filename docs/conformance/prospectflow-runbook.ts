import { prospectflowCapacity } from "./prospectflow-capacity";
import { command, does, notYet, of, type Row, refused, type Seed } from "./row";
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
    facts: [verify, notYet("diagnosis and runbooks", "what the server says of itself")],
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
      notYet("diagnosis and runbooks", "used memory now and at its peak"),
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
      notYet("diagnosis and runbooks", "the role of the running server"),
    ],
  },
];

const sessions: readonly Row[] = [
  {
    id: "3.2.7",
    says: "Sessions: list, count `keys … | wc -l`, `get`, `get … | jq .`, `ttl` (-1: none, -2: no key)",
    facts: [notYet("sessions desk", "list, count, show and TTL of sessions", ["T8", "T9"])],
  },
  {
    id: "3.2.8",
    says: 'Delete one; delete all (emergency): `keys "session:*" | xargs redis-cli del`',
    facts: [notYet("sessions desk", "delete by UNLINK, with a dry run first", ["T8", "T10"])],
  },
  {
    id: "3.2.9",
    says: "Delete sessions by organisation: loop over `keys`, `jq -r .organisationId`, `del`",
    facts: [notYet("sessions desk", "delete by a field of the session; what cannot be read stays", ["T11"])],
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
      notYet("diagnosis and runbooks", "last save and rewrite, with what the numbers mean", ["T48"]),
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

const incidents: readonly Row[] = [
  {
    id: "3.2.15",
    says: "Unresponsive (503): `ps`, `logs --tail=100`, `docker stats`, `free -m`, `df -h`, restart, recreate",
    facts: [
      comesBack,
      does(
        "replaced or stopped, it has saved first",
        shown("engine/lifecycle", "has kept every key and has an empty plan again"),
        { traps: ["T50"] },
      ),
      notYet("diagnosis and runbooks", "one command for what is wrong, by stack and not by name", ["T49"]),
    ],
  },
  {
    id: "3.2.16",
    says: '`info memory | grep -E "(used_memory|maxmemory)"`; `--bigkeys`',
    facts: [notYet("diagnosis and runbooks", "the largest keys by bytes", ["T55"])],
  },
  {
    id: "3.2.17",
    says: "Delete sessions older than 12 hours (43200) by `createdAt`; raise to `maxmemory 512mb`",
    facts: [notYet("sessions desk", "delete by age; a session without a date stays", ["T12"]), appliesLimits],
  },
  {
    id: "3.2.18",
    says: "Corruption: stop, `docker run … redis-check-aof --fix /data/appendonly.aof`",
    facts: [
      command(
        "redis-ops restore --repair",
        "says what it would cut off, repairs a copy, loads it, asks, and keeps the torn files",
        shown(
          "engine/restore-repair",
          "a torn set is repaired on a copy, which the server runs with, and the torn one is kept as it was",
        ),
        { differs: "--fix alone changes the only copy", traps: ["T1", "T14"] },
      ),
      does(
        "what cannot be cut is refused, and the newest backup is named",
        shown(
          "engine/restore-repair",
          "a base that is damaged is not cut: what helps is the newest backup, which is named",
        ),
        { traps: ["T14"] },
      ),
    ],
  },
  {
    id: "3.2.19",
    says: "If AOF corrupted: `rm data/appendonly.aof`, `up -d`",
    facts: [
      does(
        "a start that would ignore or replace good files is refused",
        shown(
          "engine/start-guard",
          "refuses what would be ignored or overwritten, starts with everything else, and touches nothing",
        ),
        { differs: "Redis would start empty, and replace the good snapshot", traps: ["T1", "T3"] },
      ),
      command(
        "redis-ops restore --from BACKUP",
        "works on a server that does not start",
        shown("engine/restore-failures", "gets a backup when its data is broken and it restarts in a loop"),
      ),
    ],
  },
  {
    id: "3.2.20",
    says: "If both corrupted: `rm data/*`, `up -d`, users log in again",
    facts: [
      command(
        "redis-ops verify --files",
        "tells MISCONF, where the data is in memory, from files that are damaged",
        shown(
          "engine/verify-files",
          "tells a snapshot that cannot be written from data that is lost, and says what not to do",
        ),
        { differs: "removing files loses what is in memory", traps: ["T13"] },
      ),
      command(
        "redis-ops restore --empty",
        "starts with no data, removes none, and can be undone",
        shown("engine/restore-failures", "starts empty, undoes that, and discards what is kept"),
        { differs: "`rm data/*` leaves nothing to go back to" },
      ),
    ],
  },
];

export const prospectflowRunbook: Seed = {
  title: "ProspectFlow, runbook",
  service: "prospectflow",
  rows: [...facts, ...containers, ...health, ...sessions, ...data, ...incidents, ...prospectflowCapacity],
};
