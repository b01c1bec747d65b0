import { Duration } from "../core/duration";
import { healthcheckCommand } from "../core/healthcheck-command";
import { maxclientsFor } from "../core/memory-budget";
import type {
  AuthProps,
  EncodingProps,
  HealthcheckProps,
  PersistenceProps,
  RedisServerProps,
} from "../core/redis-stack-props";
import type { Size } from "../core/size";
import type { StoreProps } from "../core/store-props";
import type { Decisions } from "./decisions";
import { defaults, encodingDefaults, healthcheckDefaults, persistenceDefaults } from "./defaults";
import type { Engine } from "./engines";
import type { Environment } from "./environment";
import { resolveMemory } from "./resolve-memory";
import type { Healthcheck, Persistence, Service } from "./service";
import type { StackInput } from "./stack-input";
import { recommendedPersistence, recommendedPolicy } from "./workload";

/** Redis' own default. */
const REDIS_MAXCLIENTS = 10_000;

/** A health probe, an exporter and people on call, beside the service's own pools. */
const MIN_MAXCLIENTS = 32;

/** Decides the server's part of a stack. */
export function resolveServer(
  input: StackInput & { readonly stores: readonly StoreProps[] },
  id: string,
  engine: Engine,
  decisions: Decisions,
): RedisServerProps {
  const { service, environment, deployment, stores } = input;
  const field = `${service.name}.environments.${environment.name}`;
  const at = (key: string) => `server.${key}`;
  const duration = (key: "timeout" | "tcpKeepalive" | "slowlogLogSlowerThan" | "latencyMonitorThreshold") =>
    decisions.duration(`${service.name}.${key}`, decisions.choose(at(key), service[key], defaults[key]));
  const persistence = decisions.chooseOrDerive(
    at("persistence"),
    service.persistence,
    recommendedPersistence(stores),
  );
  const memory = resolveMemory(input, persistence, field, decisions);
  const auth = resolveAuth(id, environment, decisions);
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
    maxmemoryPolicy: decisions.chooseOrDerive(
      at("maxmemoryPolicy"),
      service.maxmemoryPolicy,
      recommendedPolicy(stores),
    ),
    maxmemorySamples: decisions.choose(
      at("maxmemorySamples"),
      service.maxmemorySamples,
      defaults.maxmemorySamples,
    ),
    activedefrag: resolveActivedefrag(input, engine, decisions),
    encoding: resolveEncoding(service, decisions),
    persistence: resolvePersistence(service.name, persistence, decisions),
    auth,
    disabledCommands: decisions.from("environment", at("disabledCommands"), environment.disabledCommands),
    renamedCommands: decisions.from("environment", at("renamedCommands"), environment.renamedCommands),
    maxclients: decisions.chooseOrDerive(at("maxclients"), service.maxclients, {
      value: Math.min(REDIS_MAXCLIENTS, Math.max(MIN_MAXCLIENTS, maxclientsFor(memory.maxmemory, 50))),
      why: `${REDIS_MAXCLIENTS}, or as many as take half of maxmemory when all are busy`,
    }),
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
    hostAddress: decisions.choose(at("hostAddress"), deployment.hostAddress, defaults.hostAddress),
    restart: decisions.choose(at("restart"), service.restart, defaults.restart),
    healthcheck: resolveHealthcheck(service, memory.maxmemory, auth, decisions),
    stopTimeout: resolveStopTimeout(environment, memory.maxmemory, persistence, decisions),
    ...(deployment.cpus === undefined
      ? {}
      : { cpus: decisions.from("service", at("cpus"), deployment.cpus) }),
    ...(deployment.cpuShares === undefined
      ? {}
      : { cpuShares: decisions.from("service", at("cpuShares"), deployment.cpuShares) }),
    logMaxSize: decisions.size(
      "logMaxSize",
      decisions.from("default", at("logMaxSize"), defaults.logMaxSize),
    ),
    logMaxFiles: decisions.from("default", at("logMaxFiles"), defaults.logMaxFiles),
  };
}

/** Measured 100 to 250 MB/s; half of the worst, for a disk that others use too. */
const RDB_MEBIBYTES_PER_SECOND = 50;

/**
 * What the environment says, or more where the snapshot that Redis writes on SIGTERM takes more. That is in whole
 * minutes, so that a small change of `maxmemory` changes nothing else in a plan. Without save points Redis writes none.
 */
function resolveStopTimeout(
  { name, stopTimeout }: Environment,
  maxmemory: Size,
  { save }: Persistence,
  decisions: Decisions,
): Duration {
  const path = "server.stopTimeout";
  const given = decisions.duration(
    `environments/${name}.stopTimeout`,
    decisions.from("environment", path, stopTimeout),
  );
  const seconds = maxmemory.toMebibytes() / RDB_MEBIBYTES_PER_SECOND;
  return save.length === 0 || seconds <= given.toSeconds()
    ? given
    : decisions.from(
        "derived",
        path,
        Duration.seconds(60 * Math.ceil(seconds / 60)),
        `1 min for each ${60 * RDB_MEBIBYTES_PER_SECOND} MiB of maxmemory, to write a snapshot; environment ${name} has ${given}`,
      );
}

/** `appendonly` and `save` are given or recommended together; the rest has defaults. */
function resolvePersistence(name: string, persistence: Persistence, decisions: Decisions): PersistenceProps {
  const path = "server.persistence";
  return {
    appendonly: persistence.appendonly,
    appendfsync: decisions.choose(
      `${path}.appendfsync`,
      persistence.appendfsync,
      persistenceDefaults.appendfsync,
    ),
    pointInTime: decisions.choose(
      `${path}.pointInTime`,
      persistence.pointInTime,
      persistenceDefaults.pointInTime,
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

/** What the build cannot do is left out where `REDIS_ENGINE` chose it, and refused where the service did. */
function resolveActivedefrag(
  { service, engine: override }: StackInput,
  engine: Engine,
  decisions: Decisions,
): boolean {
  const path = "server.activedefrag";
  if (!service.activedefrag || engine.activeDefragmentation) {
    return decisions.choose(path, service.activedefrag, defaults.activedefrag);
  }
  if (override !== undefined) {
    return decisions.from("REDIS_ENGINE", path, false, `${override} cannot defragment while it runs`);
  }
  decisions.problems.add({
    field: `${service.name}.activedefrag`,
    got: "true",
    expected: `false, since ${service.engine} is built without the allocator that it needs and would not start`,
    fix: "leave it out, or choose another engine",
  });
  return false;
}

function resolveEncoding({ name, encoding = {} }: Service, decisions: Decisions): EncodingProps {
  const number = (key: "hashMaxListpackEntries" | "listMaxListpackSize" | "setMaxIntsetEntries") =>
    decisions.choose(`server.encoding.${key}`, encoding[key], encodingDefaults[key]);
  return {
    hashMaxListpackEntries: number("hashMaxListpackEntries"),
    hashMaxListpackValue: decisions.size(
      `${name}.encoding.hashMaxListpackValue`,
      decisions.choose(
        "server.encoding.hashMaxListpackValue",
        encoding.hashMaxListpackValue,
        encodingDefaults.hashMaxListpackValue,
      ),
    ),
    listMaxListpackSize: number("listMaxListpackSize"),
    setMaxIntsetEntries: number("setMaxIntsetEntries"),
  };
}

function resolveHealthcheck(
  { name, healthcheck = {} }: Service,
  maxmemory: Size,
  auth: AuthProps,
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
    command: decisions.from("derived", `${path}.command`, healthcheckCommand(auth), "looks at the reply"),
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
