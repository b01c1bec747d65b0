import {
  dashboards,
  hotCommands,
  memoryNow,
  monitoringWrite,
  oneServer,
  sessionsDeleteAll,
  sessionsDeleteOne,
  sessionsList,
  sessionsRestore,
  sessionsShow,
} from "./day-two";
import { command, does, of, type Row, refused, type Seed } from "./row";
import {
  backupCreate,
  backupIsChecked,
  configShow,
  connection,
  down,
  explainCommand,
  keepsProduction,
  LOOPBACK,
  LOSES_SESSIONS,
  logs,
  memoryCommand,
  renameGuard,
  reset,
  restoreFrom,
  sessionsStay,
  shown,
  sizeIsEnough,
  TOO_SMALL,
  up,
  verify,
} from "./shared";

const dev = of("prospectflow-dev");
const prod = of("prospectflow-prod");

const rows: readonly Row[] = [
  {
    id: "3.1.1",
    says: "`docker-compose up -d`, `ps`, `logs -f redis`, `down`; `redis-cli ping`: PONG",
    facts: [up, verify, logs, down],
  },
  {
    id: "3.1.2",
    says: "Memory: 256MB limit with LRU eviction",
    facts: [
      prod.value("server.maxmemory", "256 MiB"),
      dev.value("server.maxmemory", "256 MiB"),
      prod.value("server.memoryLimit", "629 MiB", TOO_SMALL),
      refused("a limit of 256 MiB with maxmemory 256 MiB", "the kernel kills Redis", ["T16"], {
        stack: "prospectflow-prod",
        deployment: { memory: { maxmemory: "256 MiB", limit: "256 MiB" } },
        answer: { problem: "prospectflow.environments.prod.memory.maxmemory: got 256 MiB of 256 MiB" },
      }),
      memoryCommand,
      sizeIsEnough,
      prod.value("server.maxmemoryPolicy", "noeviction", LOSES_SESSIONS),
      sessionsStay,
      explainCommand,
    ],
  },
  {
    id: "3.1.3",
    says: "Persistence: AOF + RDB snapshots",
    facts: [
      prod.line("appendonly yes"),
      prod.line("appendfsync everysec"),
      prod.line("save 3600 1"),
      prod.line("save 300 100"),
      prod.line("save 60 10000"),
    ],
  },
  {
    id: "3.1.4",
    says: "Port: 6379 (default); network: prospectflow-network",
    facts: [
      prod.line("port 6379"),
      prod.value("network.name", "prospectflow-network"),
      dev.value("server.hostPort", "6381", { differs: "6379 of the host is `sentra-portal-dev`'s" }),
      dev.value("server.hostAddress", "127.0.0.1", LOOPBACK),
    ],
  },
  {
    id: "3.1.5",
    says: "Data in `./data/`: `dump.rdb`, `appendonly.aof`",
    facts: [
      prod.line("dir /data"),
      prod.value("dataVolume.name", "prospectflow-prod-data", {
        differs: "a volume has the right owner and works on a remote host",
        traps: ["T15", "T52"],
      }),
      prod.value("dataVolume.protected", "true"),
      refused("a volume that Terraform may destroy", "sessions must not be lost", [], {
        stack: "prospectflow-prod",
        environment: { dataVolume: "destroyable" },
        answer: { refusedBy: "data-volume" },
      }),
      command(
        "redis-ops backup import --from PATH",
        "makes a backup of the files of `./data`, which `redis-ops restore` puts into the stack",
        shown(
          "engine/backup-import",
          "an append-only set becomes a snapshot of all of it, and runs in the stack",
        ),
        { traps: ["T1"] },
      ),
    ],
  },
  {
    id: "3.1.6",
    says: "Health: interval 10 seconds, timeout 3 seconds, retries 3",
    facts: [
      prod.value("server.healthcheck.interval", "10 s"),
      prod.value("server.healthcheck.timeout", "3 s"),
      prod.value("server.healthcheck.retries", "3"),
      prod.value("server.healthcheck.startPeriod", "1 min", {
        differs: "none is given, and data takes time to load",
        traps: ["T32"],
      }),
    ],
  },
  {
    id: "3.1.7",
    says: '`keys "session:*"`; get and del `session:<cognito_sub>`',
    facts: [prod.value("stores.0.keys", "session:*"), sessionsList, sessionsShow, sessionsDeleteOne],
  },
  {
    id: "3.1.8",
    says: '`--scan --pattern "session:*" | xargs redis-cli del`',
    facts: [sessionsDeleteAll, sessionsRestore],
  },
  {
    id: "3.1.9",
    says: "`redis-cli monitor`; `redis-cli info memory`",
    facts: [hotCommands, memoryNow],
  },
  {
    id: "3.1.10",
    says: "`bgsave` (creates dump.rdb); `lastsave` as the status",
    facts: [backupCreate, backupIsChecked],
  },
  {
    id: "3.1.11",
    says: "Restore: `down`, `cp backup/dump.rdb ./data/dump.rdb`, `up -d`",
    facts: [
      restoreFrom,
      does(
        "the data is there after another restart as well",
        shown("engine/restore", "has it after a second restart as well"),
        { traps: ["T2"] },
      ),
    ],
  },
  {
    id: "3.1.12",
    says: "`docker-compose logs redis`; `redis-cli config get *`",
    facts: [logs, configShow],
  },
  {
    id: "3.1.13",
    says: "Reset: `rm -rf ./data/*`, `up -d`",
    facts: [reset, keepsProduction],
  },
  {
    id: "3.1.14",
    says: "`info memory`; `info stats | grep evicted`",
    facts: [
      does(
        "the exporter shows memory, keys and policy",
        shown("engine/exporter", "logs in and shows memory, keys and policy of its server"),
      ),
      memoryNow,
      command(
        "redis-ops diagnose --incident NAME",
        "finds keys that were evicted and must not be lost, and says what to do",
        shown("ops/diagnose/judges", "every outcome of every step is among these"),
      ),
    ],
  },
  {
    id: "3.1.15",
    says: "From the host `-h localhost -p 6379 ping`; from a container `-h prospectflow-redis ping`",
    facts: [
      connection,
      prod.value("server.containerName", "prospectflow-redis"),
      prod.value("server.aliases", '["redis"]'),
      does(
        "container and aliases are host names on the network",
        shown("constructs/redis-server", "joins its network by id, under the host names of the service"),
        { traps: ["T49"] },
      ),
    ],
  },
  {
    id: "3.1.16",
    says: "Uncomment `requirepass` in redis.conf",
    facts: [
      prod.value("server.auth.mode", "requirepass"),
      does(
        "without the password every command is refused",
        shown("engine/access", "is refused every command of the server"),
      ),
      command(
        "redis-ops secrets import --from FILE",
        "takes the password that clients have",
        shown(
          "engine/secret-files",
          "takes a password without the line break at its end, and makes the others",
        ),
      ),
      renameGuard,
    ],
  },
  {
    id: "3.1.17",
    says: "Private network; backup schedule; Prometheus/Grafana; Sentinel or Cluster; more memory",
    facts: [
      prod.value("network.internal", "true"),
      refused("a published port in production", "its network has no way in", ["T40"], {
        stack: "prospectflow-prod",
        deployment: { hostPort: 6379 },
        answer: { problem: "prospectflow.environments.prod.hostPort: got 6379" },
      }),
      prod.value("exporter.hostPort", "9122", { differs: "9121 is Sentra Portal's" }),
      does(
        "`memory.maxmemory` is one line; the limit follows",
        shown(
          "engine/lifecycle",
          "plans an edited maxmemory as that one directive, and says that it forces the replacement",
        ),
      ),
      prod.value("backups.schedule.every", "6 h"),
      does(
        "a container beside the server makes and checks each backup",
        shown("engine/scheduled-backup", "has every key, says how many, and is loaded by a server"),
      ),
      monitoringWrite,
      dashboards,
      ...oneServer("prospectflow-prod", "prospectflow"),
    ],
  },
  {
    id: "3.1.18",
    says: "Links to Redis' documentation and its page on security",
    facts: [
      command(
        "redis-ops gates --list",
        "prints each rule with the page of the manual that it rests on",
        shown(
          "ops/gates",
          "prints every gate: how severe, what it protects from, the fix, and where to read on",
        ),
      ),
    ],
  },
];

export const prospectflowReadme: Seed = { title: "ProspectFlow, README", service: "prospectflow", rows };
