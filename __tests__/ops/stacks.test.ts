import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

withEnvironmentOfItsOwn();

test("stacks lists every stack and what it is for", async () => {
  const { exitCode, out, err } = await redisOps("stacks");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "STACK               REDIS   MAXMEMORY  CONTAINER            DATA         WHAT FOR
    dev-cache-dev       7.4.11  128 MiB    app_dev_redis_cache  destroyable  Session and CSRF tokens, rate limits and cached OIDC metadata of the development environment
    sentra-portal-dev   7.4.11  256 MiB    sentra-portal-dev    destroyable  Sessions, API cache, rate limits, locks and pub/sub of the Sentra Portal
    sentra-portal-prod  7.4.11  2 GiB      sentra-redis         protected    Sessions, API cache, rate limits, locks and pub/sub of the Sentra Portal"
  `);
});

test("stacks --json gives scripts the images and whether the data is protected", async () => {
  const { exitCode, out } = await redisOps("stacks", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchInlineSnapshot(`
    [
      {
        "container": "app_dev_redis_cache",
        "description": "Session and CSRF tokens, rate limits and cached OIDC metadata of the development environment",
        "images": [
          "redis:7.4.11-alpine",
        ],
        "maxmemory": "128 MiB",
        "protected": false,
        "stack": "dev-cache-dev",
        "version": "7.4.11",
      },
      {
        "container": "sentra-portal-dev",
        "description": "Sessions, API cache, rate limits, locks and pub/sub of the Sentra Portal",
        "images": [
          "redis:7.4.11-alpine",
        ],
        "maxmemory": "256 MiB",
        "protected": false,
        "stack": "sentra-portal-dev",
        "version": "7.4.11",
      },
      {
        "container": "sentra-redis",
        "description": "Sessions, API cache, rate limits, locks and pub/sub of the Sentra Portal",
        "images": [
          "redis:7.4.11-alpine",
          "oliver006/redis_exporter:v1.88.0",
        ],
        "maxmemory": "2 GiB",
        "protected": true,
        "stack": "sentra-portal-prod",
        "version": "7.4.11",
      },
    ]
  `);
});

test("config show says of every value where it came from", async () => {
  const { exitCode, out, err } = await redisOps("config", "show", "dev-cache-dev");
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  expect(out).toMatchInlineSnapshot(`
    "VALUE                                                                              FROM
    labels.service                               dev-cache                             derived
    labels.environment                           dev                                   derived
    docker                                       {}                                    config/environments/dev.ts
    state.backend                                local                                 config/environments/dev.ts
    state.path                                   ../../../state/dev-cache-dev.tfstate  config/environments/dev.ts
    network.name                                 dev-network                           config/services/dev-cache.ts
    network.internal                             false                                 config/environments/dev.ts
    dataVolume.name                              redis_data                            config/services/dev-cache.ts
    dataVolume.protected                         false                                 config/environments/dev.ts
    server.containerName                         app_dev_redis_cache                   config/services/dev-cache.ts
    server.aliases                               ["redis"]                             default
    server.image                                 redis:7.4.11-alpine                   config/services/dev-cache.ts: engine redis-7.4
    server.version                               7.4.11                                config/services/dev-cache.ts: engine redis-7.4
    server.memoryLimit                           347 MiB                               derived: 2.2 × maxmemory + 65 MiB
    server.maxmemory                             128 MiB                               config/services/dev-cache.ts
    server.maxmemoryPolicy                       noeviction                            config/services/dev-cache.ts
    server.maxmemorySamples                      5                                     default
    server.persistence.appendonly                true                                  config/services/dev-cache.ts
    server.persistence.appendfsync               everysec                              config/services/dev-cache.ts
    server.persistence.autoAofRewritePercentage  100                                   default
    server.persistence.autoAofRewriteMinSize     64 MiB                                default
    server.persistence.save                      []                                    config/services/dev-cache.ts
    server.auth.mode                             none                                  config/environments/dev.ts
    server.disabledCommands                      []                                    config/environments/dev.ts
    server.renamedCommands                       {}                                    config/environments/dev.ts
    server.maxclients                            10000                                 default
    server.timeout                               0 s                                   default
    server.tcpKeepalive                          5 min                                 default
    server.slowlogLogSlowerThan                  10 ms                                 default
    server.slowlogMaxLen                         128                                   default
    server.latencyMonitorThreshold               100 ms                                default
    server.notifyKeyspaceEvents                  ""                                    default
    server.directives                            {}                                    default
    server.hostPort                              6380                                  config/services/dev-cache.ts
    server.healthcheck.interval                  5 s                                   default
    server.healthcheck.timeout                   3 s                                   default
    server.healthcheck.retries                   3                                     default
    server.healthcheck.startPeriod               1 min                                 derived: 1 min for each 4 GiB of maxmemory
    server.stopTimeout                           30 s                                  config/environments/dev.ts
    server.logMaxSize                            10 MiB                                default
    server.logMaxFiles                           3                                     default
    client.database                              0                                     default
    client.connectTimeout                        5 s                                   default
    client.commandTimeout                        5 s                                   default
    client.poolSize                              10                                    default"
  `);
});

test("config show --json has the same values and sources as the table", async () => {
  const table = (await redisOps("config", "show", "sentra-portal-prod")).out;
  const { exitCode, out } = await redisOps("config", "show", "sentra-portal-prod", "--json");
  expect(exitCode).toBe(0);
  const { stack, values } = JSON.parse(out);
  expect(stack).toBe("sentra-portal-prod");
  const paths = table
    .split("\n")
    .slice(1)
    .map((line) => line.split(" ")[0]);
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
    kind: "default",
  });
  expect(values["server.memoryLimit"]).toEqual({
    value: "4571 MiB",
    kind: "derived",
    note: "2.2 × maxmemory + 65 MiB",
  });
});

test("config show names REDIS_ENGINE where it replaced the service's engine", async () => {
  process.env.REDIS_ENGINE = "redis-7.2";
  const { out } = await redisOps("config", "show", "dev-cache-dev");
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
