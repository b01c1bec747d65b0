import {
  cacheDelete,
  dashboards,
  everyAlert,
  firesAndResolves,
  hotCommands,
  memoryNow,
  slowLog,
  status,
} from "./day-two";
import { command, does, notYet, of, outOfScope, type Row, refused, type Seed } from "./row";
import {
  atLoopback,
  backupCopy,
  backupCreate,
  backupIsChecked,
  LOOPBACK,
  logs,
  PINNED,
  shown,
  TOO_SMALL,
  up,
  verify,
} from "./shared";

const dev = of("sentra-portal-dev");
const prod = of("sentra-portal-prod");

const rows: readonly Row[] = [
  {
    id: "3.4.1",
    says: "`docker run -d --name sentra-redis -p 6379:6379 -v redis-data:/data redis:7-alpine redis-server --appendonly yes`; `docker logs`",
    facts: [
      up,
      prod.value("server.containerName", "sentra-redis"),
      prod.value("dataVolume.name", "redis-data"),
      dev.value("server.hostPort", "6379"),
      dev.value("server.hostAddress", "127.0.0.1", LOOPBACK),
      does("the port is published at that address", atLoopback),
      prod.value("server.image", "redis:7.4.11-alpine", PINNED),
      prod.line("appendonly yes"),
      command(
        "bin/up --adopt",
        "takes over a container that is there, with the data in its volume",
        shown("engine/bin-adopt", "takes everything over with --adopt, and has the data"),
      ),
      logs,
    ],
  },
  {
    id: "3.4.2",
    says: "`brew install redis`; `apt-get install redis-server`, `systemctl enable redis-server`",
    facts: [
      outOfScope("Homebrew, apt and systemd", "this is Redis on Docker; nothing is installed on a host"),
    ],
  },
  {
    id: "3.4.3",
    says: 'REDIS_URL plain, with password, `/1`; REDIS_CONNECTION_TIMEOUT="5000", REDIS_COMMAND_TIMEOUT="5000", REDIS_POOL_SIZE="10"',
    facts: [
      command(
        "redis-ops connection",
        "prints these variables, without the password",
        shown("ops/connection", "as lines of an env file"),
        { differs: "the password stays in its file", traps: ["T23"] },
      ),
      prod.value("client.connectTimeout", "5 s"),
      prod.value("client.commandTimeout", "5 s"),
      prod.value("client.poolSize", "10"),
      prod.value("client.database", "0"),
      notYet("Sentinel and Cluster", "a refusal of `/1` beside a cluster", ["T37"]),
    ],
  },
  {
    id: "3.4.4",
    says: "Sessions `session:` 86400 s; cache 3600 s, clear `api:users:*`; limits 100 per 3600 s; locks 30 s; pub/sub; `cache:project:*`",
    facts: [
      ...(
        [
          ["sessions", "session:*", "24 h"],
          ["cache", "api:users:*", "1 h"],
          ["cache", "cache:project:*", "1 h"],
          ["rate-limits", "api:key:*", "1 h"],
          ["locks", "import:job:*", "30 s"],
          ["locks", "process:payment:*", "30 s"],
        ] as const
      ).flatMap(([kind, keys, ttl], index) => [
        prod.value(`stores.${index}.kind`, kind),
        prod.value(`stores.${index}.keys`, keys),
        prod.value(`stores.${index}.ttl`, ttl),
      ]),
      prod.value("stores.6.kind", "pub-sub"),
      prod.value("stores.6.keys", "notifications"),
      refused("EVAL off", "limiters, locks and ioredis send it", ["T19"], {
        stack: "sentra-portal-prod",
        environment: { disabledCommands: ["EVAL"] },
        answer: { problem: 'environments/prod.disabledCommands: got "EVAL"' },
      }),
      { ...cacheDelete, differs: "KEYS keeps every client waiting", traps: ["T8"] },
      command(
        "redis-ops rate-limits list",
        "tells what has been used of each limit within its window",
        shown("engine/stores", "tells what has been used of limits within their window, and resets one"),
      ),
      command(
        "redis-ops locks list",
        "tells which locks are held, by whom as a digest, and which stay for ever",
        shown("engine/stores", "tells locks by digests, and releases one only while the same one holds it"),
      ),
      outOfScope(
        "`@Cacheable`, `@CacheInvalidate`",
        "they are the application's; their keys stand in `stores`",
      ),
    ],
  },
  {
    id: "3.4.5",
    says: "`redis-cli`, `monitor`, `info`, `info memory`, `slowlog get 10`, `get 20`; statistics each 60000 ms",
    facts: [
      does(
        "the exporter gives statistics whenever Prometheus asks",
        shown("engine/exporter", "logs in and shows memory, keys and policy of its server"),
      ),
      status,
      memoryNow,
      slowLog,
      hotCommands,
    ],
  },
  {
    id: "3.4.6",
    says: "Memory below 80%, hit rate above 80%, clients, operations per second, slow queries",
    facts: [
      prod.value("thresholds.memory.warning", "80"),
      prod.value("thresholds.hitRatio.warning", "80"),
      prod.value("thresholds.connectedClients.warning", "7000"),
      does(
        "rules look at memory, clients, slow queries, and the hit rate where there is traffic",
        firesAndResolves,
        { traps: ["T62"] },
      ),
      dashboards,
    ],
  },
  {
    id: "3.4.7",
    says: "`appendonly yes`, `appendfsync everysec`; `maxmemory 2gb`, `allkeys-lru`; `requirepass`, `port 0`, `tls-port 6379`; Sentinel; `--cluster create`",
    facts: [
      prod.line("appendonly yes"),
      prod.line("appendfsync everysec"),
      prod.line("maxmemory 2gb"),
      prod.value("server.memoryLimit", "4571 MiB", TOO_SMALL),
      prod.value("server.maxmemoryPolicy", "volatile-lru", {
        differs: "cache and sessions share the memory: what is in use stays",
        traps: ["T17"],
      }),
      refused("`allkeys-lru`", "it logs users out", ["T17"], {
        stack: "sentra-portal-prod",
        service: { maxmemoryPolicy: "allkeys-lru" },
        answer: { refusedBy: "sessions-evicted" },
      }),
      prod.value("server.auth.mode", "requirepass"),
      refused("`tls-port` as a directive", "without a CA Redis does not start", ["T34"], {
        stack: "sentra-portal-prod",
        service: { directives: { "tls-port": "6379" } },
        answer: { problem: "sentra-portal.directives.tls-port: " },
      }),
      notYet("TLS and encryption", "TLS for server, clients, probe and exporter", ["T34"]),
      notYet("Sentinel and Cluster", "failover and sharding; a stack is one server", ["T37", "T38"]),
    ],
  },
  {
    id: "3.4.8",
    says: "`redis-cli BGSAVE`; `cp /var/lib/redis/dump.rdb /backup/redis-backup-$(date +%Y%m%d).rdb`",
    facts: [backupCreate, backupIsChecked, backupCopy],
  },
  {
    id: "3.4.9",
    says: "`ps aux | grep redis`; `netstat -tlnp | grep 6379`; force eviction: `flushdb`",
    facts: [
      verify,
      command(
        "redis-ops preflight",
        "finds what would stop a deploy",
        shown("ops/preflight", "everything that is wrong is told in one run"),
      ),
      prod.value("server.disabledCommands", '["FLUSHALL","FLUSHDB","DEBUG"]', {
        differs: "it is no eviction: everything would be gone",
        traps: ["T35"],
      }),
      cacheDelete,
      does("FLUSHDB is unknown to everybody", shown("engine/access", "does not know %s")),
    ],
  },
  {
    id: "3.4.10",
    says: "Memory daily, slow queries and hit rate weekly, expired keys monthly, update quarterly; cleanup script",
    facts: [
      refused("an engine past its end", "nobody mends its holes", [], {
        stack: "sentra-portal-prod",
        service: { engine: "debian-7.0.15" },
        today: "2028-07-01",
        answer: { refusedBy: "end-of-life" },
      }),
      outOfScope("the cleanup script", "Redis removes what has expired", ["T36"]),
      { ...everyAlert, differs: "rules look all the time, not each day or week" },
      dashboards,
    ],
  },
];

export const sentraPortal: Seed = { title: "Sentra Portal", service: "sentra-portal", rows };
