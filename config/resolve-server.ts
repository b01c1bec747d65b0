import { Duration } from "../core/duration";
import { maxmemoryFor, memoryArithmetic, memoryLimitFor } from "../core/memory-budget";
import type {
  AuthProps,
  HealthcheckProps,
  PersistenceProps,
  RedisServerProps,
} from "../core/redis-stack-props";
import { Size } from "../core/size";
import type { Decisions } from "./decisions";
import { defaults, healthcheckDefaults, persistenceDefaults } from "./defaults";
import type { Engine } from "./engines";
import type { Environment } from "./environment";
import type { Healthcheck, Service } from "./service";
import type { StackInput } from "./stack-input";

/** Decides the server's part of a stack. */
export function resolveServer(
  { service, environment, deployment }: StackInput,
  id: string,
  engine: Engine,
  decisions: Decisions,
): RedisServerProps {
  const field = `${service.name}.environments.${environment.name}`;
  const at = (key: string) => `server.${key}`;
  const duration = (key: "timeout" | "tcpKeepalive" | "slowlogLogSlowerThan" | "latencyMonitorThreshold") =>
    decisions.duration(`${service.name}.${key}`, decisions.choose(at(key), service[key], defaults[key]));
  const memory = resolveMemory({ service, environment, deployment }, field, decisions);
  return {
    containerName: decisions.name(
      at("containerName"),
      `${field}.containerName`,
      deployment.containerName,
      id,
      "",
    ),
    aliases: decisions
      .choose(at("aliases"), deployment.aliases, defaults.aliases)
      .map((alias) => decisions.checkedName(`${field}.aliases`, alias)),
    image: engine.image,
    version: engine.version,
    ...memory,
    maxmemoryPolicy: decisions.from("service", at("maxmemoryPolicy"), service.maxmemoryPolicy),
    maxmemorySamples: decisions.choose(
      at("maxmemorySamples"),
      service.maxmemorySamples,
      defaults.maxmemorySamples,
    ),
    persistence: resolvePersistence(service, decisions),
    auth: resolveAuth(id, environment, decisions),
    disabledCommands: decisions.from("environment", at("disabledCommands"), environment.disabledCommands),
    renamedCommands: decisions.from("environment", at("renamedCommands"), environment.renamedCommands),
    maxclients: decisions.choose(at("maxclients"), service.maxclients, defaults.maxclients),
    timeout: duration("timeout"),
    tcpKeepalive: duration("tcpKeepalive"),
    slowlogLogSlowerThan: duration("slowlogLogSlowerThan"),
    slowlogMaxLen: decisions.choose(at("slowlogMaxLen"), service.slowlogMaxLen, defaults.slowlogMaxLen),
    latencyMonitorThreshold: duration("latencyMonitorThreshold"),
    notifyKeyspaceEvents: decisions.choose(
      at("notifyKeyspaceEvents"),
      service.notifyKeyspaceEvents,
      defaults.notifyKeyspaceEvents,
    ),
    directives: decisions.choose(at("directives"), service.directives, defaults.directives),
    ...(deployment.hostPort === undefined
      ? {}
      : { hostPort: decisions.from("service", at("hostPort"), deployment.hostPort) }),
    healthcheck: resolveHealthcheck(service, memory.maxmemory, decisions),
    stopTimeout: decisions.duration(
      `environments/${environment.name}.stopTimeout`,
      decisions.from("environment", at("stopTimeout"), environment.stopTimeout),
    ),
    ...(deployment.cpus === undefined
      ? {}
      : { cpus: decisions.from("service", at("cpus"), deployment.cpus) }),
    logMaxSize: decisions.size(
      "logMaxSize",
      decisions.from("default", at("logMaxSize"), defaults.logMaxSize),
    ),
    logMaxFiles: decisions.from("default", at("logMaxFiles"), defaults.logMaxFiles),
  };
}

function resolveMemory(
  { service, deployment: { memory } }: StackInput,
  field: string,
  decisions: Decisions,
): { memoryLimit: Size; maxmemory: Size } {
  const persistent = service.persistence.appendonly || service.persistence.save.length > 0;
  const given = {
    maxmemory: memory.maxmemory && decisions.size(`${field}.memory.maxmemory`, memory.maxmemory),
    limit: memory.limit && decisions.size(`${field}.memory.limit`, memory.limit),
  };
  if (!given.maxmemory && !given.limit) {
    decisions.problems.add({
      field: `${field}.memory`,
      got: "neither maxmemory nor limit",
      expected: "one of them; a Redis without a limit takes the whole host",
      fix: 'write memory: { maxmemory: "256 MiB" }',
    });
  }
  const maxmemory = given.maxmemory || maxmemoryFor(given.limit || Size.mebibytes(1), persistent);
  const memoryLimit = given.limit || memoryLimitFor(maxmemory, persistent);
  const note = (derivedFrom: "maxmemory" | "limit") => memoryArithmetic(derivedFrom, persistent);
  if (given.maxmemory) {
    decisions.from("service", "server.maxmemory", maxmemory);
  } else {
    decisions.from("derived", "server.maxmemory", maxmemory, note("limit"));
  }
  if (given.limit) {
    decisions.from("service", "server.memoryLimit", memoryLimit);
  } else {
    decisions.from("derived", "server.memoryLimit", memoryLimit, note("maxmemory"));
  }
  return { memoryLimit, maxmemory };
}

function resolvePersistence({ name, persistence }: Service, decisions: Decisions): PersistenceProps {
  const path = "server.persistence";
  decisions.from("service", `${path}.save`, persistence.save);
  return {
    appendonly: decisions.from("service", `${path}.appendonly`, persistence.appendonly),
    appendfsync: decisions.choose(
      `${path}.appendfsync`,
      persistence.appendfsync,
      persistenceDefaults.appendfsync,
    ),
    autoAofRewritePercentage: decisions.choose(
      `${path}.autoAofRewritePercentage`,
      persistence.autoAofRewritePercentage,
      persistenceDefaults.autoAofRewritePercentage,
    ),
    autoAofRewriteMinSize: decisions.size(
      `${name}.persistence.autoAofRewriteMinSize`,
      decisions.choose(
        `${path}.autoAofRewriteMinSize`,
        persistence.autoAofRewriteMinSize,
        persistenceDefaults.autoAofRewriteMinSize,
      ),
    ),
    save: persistence.save.map(({ after, changes }, index) => ({
      after: decisions.duration(`${name}.persistence.save[${index}].after`, after),
      changes,
    })),
  };
}

function resolveAuth(id: string, { auth }: Environment, decisions: Decisions): AuthProps {
  decisions.from("environment", "server.auth", auth);
  return auth === "none"
    ? { mode: "none" }
    : {
        mode: "requirepass",
        secretsVolume: decisions.from(
          "derived",
          "server.auth.secretsVolume",
          `${id}-secrets`,
          "<stack>-secrets",
        ),
      };
}

function resolveHealthcheck(
  { name, healthcheck = {} }: Service,
  maxmemory: Size,
  decisions: Decisions,
): HealthcheckProps {
  const path = "server.healthcheck";
  const duration = (key: "interval" | "timeout") =>
    decisions.duration(
      `${name}.healthcheck.${key}`,
      decisions.choose<Required<Healthcheck>[typeof key]>(
        `${path}.${key}`,
        healthcheck[key],
        healthcheckDefaults[key],
      ),
    );
  return {
    interval: duration("interval"),
    timeout: duration("timeout"),
    retries: decisions.choose(`${path}.retries`, healthcheck.retries, healthcheckDefaults.retries),
    startPeriod:
      healthcheck.startPeriod === undefined
        ? decisions.from(
            "derived",
            `${path}.startPeriod`,
            startPeriodFor(maxmemory),
            "1 min for each 4 GiB of maxmemory",
          )
        : decisions.duration(
            `${name}.healthcheck.startPeriod`,
            decisions.from("service", `${path}.startPeriod`, healthcheck.startPeriod),
          ),
  };
}

/**
 * Time to load the data: a minute for each 4 GiB, which is 68 MiB a second where 100 to 250 were measured.
 * An hour at most. In whole minutes, so that a small change of `maxmemory` changes nothing else in a plan.
 */
function startPeriodFor(maxmemory: Size): Duration {
  return Duration.seconds(60 * Math.min(60, Math.max(1, Math.ceil(maxmemory.toMebibytes() / 4096))));
}
