import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();

test("stacks lists every stack and what it is for", async () => {
  const { exitCode, out, err } = await redisOps("stacks");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "STACK      REDIS   MAXMEMORY  CONTAINER   DATA         WHAT FOR
    cache-dev  7.4.11  128 MiB    page_cache  destroyable  Pages that were rendered
    shop-dev   7.4.11  256 MiB    shop-dev    destroyable  Baskets of the shop
    shop-prod  7.4.11  2 GiB      shop-redis  protected    Baskets of the shop"
  `);
});

test("stacks --json gives scripts the images and whether the data is protected", async () => {
  const { exitCode, out } = await redisOps("stacks", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchInlineSnapshot(`
    [
      {
        "container": "page_cache",
        "description": "Pages that were rendered",
        "images": [
          "redis:7.4.11-alpine",
        ],
        "maxmemory": "128 MiB",
        "protected": false,
        "stack": "cache-dev",
        "version": "7.4.11",
      },
      {
        "container": "shop-dev",
        "description": "Baskets of the shop",
        "images": [
          "redis:7.4.11-alpine",
        ],
        "maxmemory": "256 MiB",
        "protected": false,
        "stack": "shop-dev",
        "version": "7.4.11",
      },
      {
        "container": "shop-redis",
        "description": "Baskets of the shop",
        "images": [
          "redis:7.4.11-alpine",
          "oliver006/redis_exporter:v1.88.0",
        ],
        "maxmemory": "2 GiB",
        "protected": true,
        "stack": "shop-prod",
        "version": "7.4.11",
      },
    ]
  `);
});

test("config show says of every value where it came from", async () => {
  const { exitCode, out, err } = await redisOps("config", "show", "cache-dev");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "VALUE                                                                                               FROM
    labels.service                               cache                                                  derived
    labels.environment                           dev                                                    derived
    docker                                       {}                                                     config/environments/dev.ts
    state.backend                                local                                                  config/environments/dev.ts
    state.path                                   ../../../state/cache-dev.tfstate                       config/environments/dev.ts
    network.name                                 page-network                                           config/services/cache.ts
    network.internal                             false                                                  config/environments/dev.ts
    dataVolume.name                              page_data                                              config/services/cache.ts
    dataVolume.protected                         false                                                  config/environments/dev.ts
    server.containerName                         page_cache                                             config/services/cache.ts
    server.aliases                               ["redis"]                                              default
    server.image                                 redis:7.4.11-alpine                                    config/services/cache.ts: engine redis-7.4
    server.version                               7.4.11                                                 config/services/cache.ts: engine redis-7.4
    server.memoryLimit                           347 MiB                                                derived: 2.2 × maxmemory + 65 MiB
    server.maxmemory                             128 MiB                                                config/services/cache.ts
    server.maxmemoryPolicy                       allkeys-lru                                            derived: everything stored may be lost: the least recently used goes first
    server.maxmemorySamples                      5                                                      default
    server.activedefrag                          false                                                  default
    server.encoding.hashMaxListpackEntries       512                                                    default
    server.encoding.hashMaxListpackValue         64 B                                                   default
    server.encoding.listMaxListpackSize          -2                                                     default
    server.encoding.setMaxIntsetEntries          512                                                    default
    server.persistence.appendonly                false                                                  derived: everything stored may be lost
    server.persistence.appendfsync               everysec                                               default
    server.persistence.pointInTime               false                                                  default
    server.persistence.autoAofRewritePercentage  100                                                    default
    server.persistence.autoAofRewriteMinSize     64 MiB                                                 default
    server.persistence.save                      []                                                     derived: everything stored may be lost
    server.auth.mode                             none                                                   config/environments/dev.ts
    server.disabledCommands                      []                                                     config/environments/dev.ts
    server.renamedCommands                       {}                                                     config/environments/dev.ts
    server.maxclients                            1771                                                   derived: 10000, or as many as take half of maxmemory when all are busy
    server.timeout                               0 s                                                    default
    server.tcpKeepalive                          5 min                                                  default
    server.slowlogLogSlowerThan                  10 ms                                                  default
    server.slowlogMaxLen                         128                                                    default
    server.latencyMonitorThreshold               100 ms                                                 default
    server.notifyKeyspaceEvents                  ""                                                     default
    server.directives                            {}                                                     default
    server.hostPort                              6380                                                   config/services/cache.ts
    server.hostAddress                           127.0.0.1                                              default
    server.restart                               unless-stopped                                         default
    server.healthcheck.command                   redis-cli -e ping | grep -qx PONG                      derived: looks at the reply
    server.healthcheck.interval                  5 s                                                    default
    server.healthcheck.timeout                   3 s                                                    default
    server.healthcheck.retries                   3                                                      default
    server.healthcheck.startPeriod               1 min                                                  derived: 1 min for each 4 GiB of maxmemory
    server.stopTimeout                           30 s                                                   config/environments/dev.ts
    server.logMaxSize                            10 MiB                                                 default
    server.logMaxFiles                           3                                                      default
    backups.at                                   backups                                                config/environments/dev.ts
    client.database                              0                                                      default
    client.connectTimeout                        5 s                                                    default
    client.commandTimeout                        5 s                                                    default
    client.poolSize                              10                                                     default
    contacts                                     {}                                                     default
    runbooks                                     docs/runbooks                                          config/environments/dev.ts
    stores                                       kind cache, keys page:*, ttl 1 h, lossAcceptable true  config/services/cache.ts
    thresholds.memory.warning                    70                                                     default
    thresholds.memory.critical                   90                                                     default
    thresholds.connectedClients.warning          1239                                                   derived: 70 % and 90 % of maxclients
    thresholds.connectedClients.critical         1594                                                   derived: 70 % and 90 % of maxclients
    thresholds.latency.warning                   5 ms                                                   default
    thresholds.latency.critical                  20 ms                                                  default
    waivers                                      []                                                     default"
  `);
});

test("config show --json has the same values and sources as the table", async () => {
  const table = (await redisOps("config", "show", "shop-prod")).out;
  const { exitCode, out } = await redisOps("config", "show", "shop-prod", "--json");
  expect(exitCode).toBe(0);
  const { stack, values } = JSON.parse(out);
  expect(stack).toBe("shop-prod");
  const paths = table
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ")[0])
    // A list has a line for each item.
    .filter((path) => path !== "");
  expect(Object.keys(values)).toEqual(paths);
  expect(values["server.maxmemory"]).toEqual({
    value: "2 GiB",
    kind: "service",
  });
  expect(values["server.auth.mode"]).toEqual({
    value: "requirepass",
    kind: "environment",
  });
  expect(values["server.maxclients"]).toEqual({
    value: 10000,
    kind: "derived",
    note: "10000, or as many as take half of maxmemory when all are busy",
  });
  expect(values["server.memoryLimit"]).toEqual({
    value: "4571 MiB",
    kind: "derived",
    note: "2.2 × maxmemory + 65 MiB",
  });
});

test("config show names REDIS_ENGINE where it replaced the service's engine", async () => {
  process.env.REDIS_ENGINE = "redis-7.2";
  const { out } = await redisOps("config", "show", "cache-dev");
  expect(out).toMatch(/^server\.image +redis:7\.2\.16-alpine +REDIS_ENGINE: engine redis-7\.2$/m);
});

test("a REDIS_ENGINE that is not in the catalogue is refused", async () => {
  process.env.REDIS_ENGINE = "redis-7.3";
  const { exitCode, out, err } = await redisOps("stacks");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toMatchInlineSnapshot(`
    "1 problem, nothing was changed
      REDIS_ENGINE: got "redis-7.3", expected the name of an engine in config/engines.ts. Fix: did you mean "redis-7.2"? Use that name."
  `);
});
