import { firesAndResolves, memoryNow } from "./day-two";
import { command, does, notYet, of, type Row, refused, type Seed } from "./row";
import {
  atLoopback,
  logs,
  memoryCommand,
  PINNED,
  renameGuard,
  shown,
  sizeIsEnough,
  TOO_SMALL,
} from "./shared";
import { vedfolnirOperation } from "./vedfolnir-operation";

const dev = of("vedfolnir-dev");
const prod = of("vedfolnir-prod");

const container: readonly Row[] = [
  {
    id: "3.3.1",
    says: "Image `redis:7-alpine`; name `vedfolnir_redis`; network `vedfolnir_internal` (isolated); `unless-stopped`",
    facts: [
      prod.value("server.image", "redis:7.4.11-alpine", PINNED),
      prod.value("server.containerName", "vedfolnir_redis"),
      prod.value("network.name", "vedfolnir_internal"),
      prod.value("network.internal", "true"),
      prod.value("server.restart", "unless-stopped"),
    ],
  },
  {
    id: "3.3.2",
    says: "`redis_data:/data`; `redis.conf:/usr/local/etc/redis/redis.conf:ro`; `./storage/backups/redis`; `./logs/redis`",
    facts: [
      prod.value("dataVolume.name", "vedfolnir_redis_data", {
        differs: "Compose puts its project's name before it: [009](decisions/009-volume-of-vedfolnir.md)",
      }),
      prod.line("dir /data"),
      does(
        "redis.conf is at that path, in memory, for Redis alone",
        shown("engine/container", "keeps redis.conf in memory, where only Redis can read it"),
      ),
      refused("a log file", "Redis does not start without it, and `docker logs` is empty with it", ["T28"], {
        stack: "vedfolnir-prod",
        service: { directives: { logfile: "/var/log/redis/redis.log" } },
        answer: { problem: "vedfolnir.directives.logfile: " },
      }),
      logs,
      prod.value("backups.schedule.volumeName", "vedfolnir-prod-backups", {
        differs: "a volume belongs to Redis' user, and no other container writes to it",
      }),
      does(
        "backups are in a volume of their own",
        shown(
          "constructs/redis-backup",
          "writes to a volume of its own, and cannot write its password or read the server's",
        ),
      ),
    ],
  },
  {
    id: "3.3.3",
    says: "CPU 1.0 (limit), 0.5 (reservation); memory 1GB (limit), 512MB (reservation); maxmemory 1GB",
    facts: [
      prod.value("server.cpus", "1"),
      prod.value("server.cpuShares", "512", {
        differs: "Docker reserves no CPU outside of Swarm: it is a weight",
      }),
      prod.value("server.maxmemory", "1 GiB"),
      prod.value("server.memoryLimit", "2318 MiB", TOO_SMALL),
      prod.value("server.memoryReservation", "512 MiB"),
      refused("a limit of 1 GiB with maxmemory 1 GiB", "the kernel kills Redis", ["T16"], {
        stack: "vedfolnir-prod",
        deployment: { memory: { maxmemory: "1 GiB", limit: "1 GiB" } },
        answer: { problem: "vedfolnir.environments.prod.memory.maxmemory: got 1 GiB of 1 GiB" },
      }),
      memoryCommand,
      sizeIsEnough,
    ],
  },
];

const security: readonly Row[] = [
  {
    id: "3.3.4",
    says: "Docker secrets; password file `./secrets/redis_password.txt`; protected mode enabled",
    facts: [
      command(
        "redis-ops secrets import --from FILE",
        "takes that file into a volume that only Redis reads",
        shown(
          "engine/secret-files",
          "takes a password without the line break at its end, and makes the others",
        ),
        { differs: "Docker has secrets in Swarm only" },
      ),
      prod.value("server.auth.mode", "requirepass"),
      prod.value("server.auth.secretsVolume", "vedfolnir-prod-secrets"),
      prod.line("protected-mode yes"),
      dev.line("protected-mode no", {
        differs: "without a password it refuses every other container",
        traps: ["T24"],
      }),
      dev.line("bind * -::*", { traps: ["T25"] }),
    ],
  },
  {
    id: "3.3.5",
    says: "Disabled: FLUSHDB, FLUSHALL, DEBUG, EVAL; renamed: CONFIG, SHUTDOWN",
    facts: [
      prod.line('rename-command FLUSHDB ""'),
      prod.line('rename-command FLUSHALL ""'),
      prod.line('rename-command DEBUG ""'),
      prod.line("rename-command CONFIG OPS_CONFIG"),
      prod.line("rename-command SHUTDOWN OPS_SHUTDOWN"),
      does(
        "the running server knows them by these names alone",
        shown(
          "engine/every-stack",
          "knows renamed commands by their new names, and the disabled ones by none",
        ),
        { traps: ["T21"] },
      ),
      refused("production with all of them open", "a slip in a console empties or stops it", [], {
        stack: "vedfolnir-prod",
        environment: { disabledCommands: [], renamedCommands: {} },
        answer: { refusedBy: "dangerous-commands" },
      }),
      refused("EVAL off", "client libraries send it", ["T19"], {
        stack: "vedfolnir-prod",
        environment: { disabledCommands: ["FLUSHDB", "FLUSHALL", "DEBUG", "EVAL"] },
        answer: { problem: 'environments/prod.disabledCommands: got "EVAL"' },
      }),
      renameGuard,
    ],
  },
  {
    id: "3.3.6",
    says: "Default user disabled, authenticated access; maximum client connections: 10,000",
    facts: [
      does(
        "the default user has the password",
        shown("engine/access", "is refused every command of the server"),
        { differs: "`redis-cli -a` and old clients log in as that one", traps: ["T22"] },
      ),
      does(
        "the probe may PING and nothing else",
        shown("engine/access", "is refused every other command of the server"),
      ),
      prod.value("server.maxclients", "10000"),
      does(
        "the running server has 10,000, not fewer for want of open files",
        shown(
          "engine/every-stack",
          "runs with every directive of its redis.conf, and lets in the users of it alone",
        ),
        { traps: ["T31"] },
      ),
      notYet("named users", "users for the application, default user off", ["T22"]),
    ],
  },
  {
    id: "3.3.7",
    says: "No host port by default; optional `127.0.0.1:6379:6379`; by service names",
    facts: [
      does("production publishes no port", shown("engine/access", "publishes no port")),
      dev.value("server.hostPort", "6382", { differs: "6379 of the host is `sentra-portal-dev`'s" }),
      dev.value("server.hostAddress", "127.0.0.1"),
      does("the port is published at that address", atLoopback),
      refused("every address of the host", "everybody on the network could reach it", ["T40"], {
        stack: "vedfolnir-dev",
        deployment: { hostAddress: "0.0.0.0" },
        answer: { warnedBy: "published-port" },
      }),
      prod.value("server.aliases", '["redis"]'),
    ],
  },
];

const memory: readonly Row[] = [
  {
    id: "3.3.8",
    says: "volatile-lru; memory samples: 10; fragmentation monitoring; active defragmentation",
    facts: [
      prod.value("server.maxmemoryPolicy", "noeviction", {
        differs: "a queue has no TTL, so that every session would go first",
        traps: ["T18"],
      }),
      refused("`volatile-lru` beside a queue", "it throws away sessions, then refuses writes", ["T18"], {
        stack: "vedfolnir-prod",
        service: { maxmemoryPolicy: "volatile-lru" },
        answer: { refusedBy: "volatile-without-ttl" },
      }),
      does(
        "sessions stay when a queue grows, and pushes are refused",
        shown("engine/eviction", "all stay with the policy that follows from stores, and pushes are refused"),
        { traps: ["T18"] },
      ),
      prod.value("server.maxmemorySamples", "10"),
      prod.value("server.activedefrag", "true"),
      refused("defragmentation on an engine without it", "Redis does not start", ["T29"], {
        stack: "vedfolnir-prod",
        service: { engine: "debian-7.0.15" },
        answer: { problem: "vedfolnir.activedefrag: got true" },
      }),
      does(
        "fragmentation is alerted on, where there is enough data for it to mean something",
        firesAndResolves,
      ),
      memoryNow,
    ],
  },
  {
    id: "3.3.9",
    says: "Hash max ziplist entries 1024, value 256; list max ziplist size -1; set max intset entries 1024",
    facts: [
      prod.value("server.encoding.hashMaxListpackEntries", "1024"),
      prod.value("server.encoding.hashMaxListpackValue", "256 B"),
      prod.value("server.encoding.listMaxListpackSize", "-1"),
      prod.value("server.encoding.setMaxIntsetEntries", "1024"),
      refused("the ziplist names", "one name for one thing", ["T30"], {
        stack: "vedfolnir-prod",
        service: { directives: { "hash-max-ziplist-entries": "1024" } },
        answer: { problem: "vedfolnir.directives.hash-max-ziplist-entries: " },
      }),
    ],
  },
  {
    id: "3.3.10",
    says: "RDB: 900 s/1, 300 s/10, 60 s/10,000, 30 s/100,000; AOF everysec; rewrite: 100% growth, 64MB minimum",
    facts: [
      prod.line("save 900 1"),
      prod.line("save 300 10"),
      prod.line("save 60 10000"),
      prod.line("save 30 100000"),
      prod.line("appendonly yes"),
      prod.line("appendfsync everysec"),
      prod.value("server.persistence.autoAofRewritePercentage", "100"),
      prod.value("server.persistence.autoAofRewriteMinSize", "64 MiB"),
    ],
  },
];

export const vedfolnir: Seed = {
  title: "Vedfolnir",
  service: "vedfolnir",
  rows: [...container, ...security, ...memory, ...vedfolnirOperation],
};
