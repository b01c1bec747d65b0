import { oneServer } from "./day-two";
import { command, does, of, outOfScope, type Row, refused, type Seed } from "./row";
import {
  atLoopback,
  configShow,
  connection,
  floatingTag,
  logs,
  PINNED,
  reset,
  shown,
  up,
  verify,
} from "./shared";

const dev = of("dev-cache-dev");

const rows: readonly Row[] = [
  {
    id: "3.5.1",
    says: "`redis:alpine`, port 6379, AOF, volume `redis_data`, network `dev-network`, container `app_dev_redis_cache`",
    facts: [
      dev.value("server.image", "redis:7.4.11-alpine", PINNED),
      floatingTag,
      dev.line("port 6379"),
      dev.line("appendonly yes"),
      dev.line('save ""', { differs: "the append-only file begins with a snapshot; no other is read" }),
      dev.value("dataVolume.name", "redis_data"),
      dev.value("network.name", "dev-network"),
      dev.value("server.containerName", "app_dev_redis_cache"),
    ],
  },
  {
    id: "3.5.2",
    says: "`uv run cli dev start-env` or `docker compose up -d`; `down`; `down -v` (to reset)",
    facts: [up, reset, outOfScope("`uv run cli dev`", "the application's tool, which may call `bin/up`")],
  },
  {
    id: "3.5.3",
    says: "`redis://localhost:6380`; `redis://redis:6379`; `docker exec -it app_dev_redis_cache redis-cli`",
    facts: [
      dev.value("server.hostPort", "6380"),
      dev.value("server.hostAddress", "127.0.0.1"),
      does("the port is published at that address", atLoopback),
      dev.value("server.aliases", '["redis"]'),
      {
        ...connection,
        traps: ["T41", "T44"],
      },
    ],
  },
  {
    id: "3.5.4",
    says: "`redis-cli -h localhost -p 6380 ping`; health: `redis-cli ping`; `docker volume ls | grep redis`",
    facts: [
      verify,
      dev.value("server.healthcheck.command", "redis-cli -e ping | grep -qx PONG", {
        differs: "an exit code is 0 on errors too",
        traps: ["T6"],
      }),
      command(
        "redis-ops stacks",
        "lists every stack, its container and data",
        shown("ops/stacks", "stacks lists every stack and what it is for"),
      ),
    ],
  },
  {
    id: "3.5.5",
    says: "Session tokens, CSRF tokens, rate limiting, OIDC metadata or user info, Temporal workflow metadata",
    facts: [
      ...(
        [
          ["sessions", "session:*"],
          ["tokens", "csrf:*"],
          ["rate-limits", "ratelimit:*"],
          ["cache", "oidc:*"],
          ["cache", "temporal:*"],
        ] as const
      ).flatMap(([kind, keys], index) => [
        dev.value(`stores.${index}.kind`, kind),
        dev.value(`stores.${index}.keys`, keys),
      ]),
      dev.value("server.maxmemory", "128 MiB", { differs: "nothing is said; a leak would take the machine" }),
      dev.value("server.maxmemoryPolicy", "allkeys-lru", {
        differs: "nothing is said; all of it may be lost, so that nothing has to be refused",
      }),
    ],
  },
  {
    id: "3.5.6",
    says: "`lsof -i :6379`; volume error; container not found: verify service name; `appendonly yes` is set in the image",
    facts: [
      refused("a port that another stack has", "one of them would not start", ["T41"], {
        stack: "dev-cache-dev",
        deployment: { hostPort: 6379 },
        answer: { problem: 'sentra-portal.environments.dev: got host port "6379"' },
      }),
      { ...configShow, traps: ["T42"] },
      does(
        "what exists under a stack's names is named, and left alone",
        shown(
          "engine/bin-adopt",
          "refuses to go on without its state, names everything that is there, and changes nothing",
        ),
        { traps: ["T44"] },
      ),
      does(
        "Redis owns its volume",
        shown("engine/container", "has a root file system that cannot be written, and a volume that can"),
      ),
      does(
        "the data is there in the next container",
        shown("engine/lifecycle", "has the new maxmemory and all 10,000 keys after the apply"),
        { traps: ["T42"] },
      ),
      logs,
    ],
  },
  {
    id: "3.5.7",
    says: "Tuned for local development; no authentication or TLS; production: `requirepass`, AOF or RDB, cluster or managed",
    facts: [
      dev.value("server.auth.mode", "none"),
      command(
        "redis-ops config diff",
        "says what is other in production: policy, size, and what to look at",
        shown("ops/config-diff", "finds nothing to look at between two environments of one service"),
      ),
      refused("no password in production", "everybody on the network could use it", [], {
        stack: "sentra-portal-prod",
        environment: { auth: "none" },
        answer: { refusedBy: "authentication" },
      }),
      refused("no persistence in production", "sessions would not survive a restart", [], {
        stack: "sentra-portal-prod",
        service: { persistence: { appendonly: false, save: [] } },
        answer: { refusedBy: "persistence" },
      }),
      refused("`tls-port` as a directive", "clients, probe and exporter would have to agree on it", ["T34"], {
        stack: "dev-cache-dev",
        service: { directives: { "tls-port": "6379" } },
        answer: { problem: "dev-cache.directives.tls-port: " },
      }),
      ...oneServer("dev-cache-dev", "dev-cache"),
      outOfScope("a managed instance", "it has no container"),
    ],
  },
];

export const devCache: Seed = { title: "Development cache", service: "dev-cache", rows };
