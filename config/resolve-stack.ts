import { fixForUnknownName } from "../core/nearest";
import type { Problems } from "../core/problem";
import type {
  BackupsProps,
  ClientProps,
  LevelsProps,
  RedisExporterProps,
  RedisPrometheusProps,
  RedisStackProps,
  StateProps,
  ThresholdsProps,
} from "../core/redis-stack-props";
import { Decisions } from "./decisions";
import { backupDefaults, clientDefaults, defaults, prometheusDefaults, thresholdDefaults } from "./defaults";
import { type Engine, engines } from "./engines";
import type { Environment } from "./environment";
import { resolveServer } from "./resolve-server";
import type { Deployment, Levels, Service } from "./service";
import { replacementOf, type StackInput } from "./stack-input";
import { resolveStores } from "./workload";

/** One service in one environment, with every value decided and its source known. */
export interface ResolvedStack {
  /** `<service>-<environment>`. */
  readonly id: string;
  /** Where people write what holds in this environment alone: `<service>.environments.<environment>`. */
  readonly deploymentField: string;
  readonly service: Service;
  readonly environment: Environment;
  /** What the service's file says of this environment. */
  readonly deployment: Deployment;
  readonly engine: Engine;
  readonly props: RedisStackProps;
  readonly decisions: Decisions;
}

/**
 * Decides every value of a stack: from the service, else its environment, else a default.
 * Notes under `problems` what cannot be read; whether the values make sense is `check-stack.ts`.
 */
export function resolveStack(input: StackInput, problems: Problems): ResolvedStack {
  const { service, environment, deployment } = input;
  const id = `${service.name}-${environment.name}`;
  const field = `${service.name}.environments.${environment.name}`;
  const decisions = new Decisions(problems);
  const engine = resolveEngine(input, decisions);
  const exporter = resolveExporter(input, id, engine, decisions);
  const prometheus = resolvePrometheus(input, id, engine, decisions);
  const stores = resolveStores(service, decisions);
  const server = resolveServer({ ...input, stores }, id, engine, decisions);
  const props: RedisStackProps = {
    labels: decisions.from("derived", "labels", { service: service.name, environment: environment.name }),
    docker: decisions.from("environment", "docker", environment.docker),
    state: resolveState(id, environment, decisions),
    network: {
      name: decisions.name("network.name", `${field}.networkName`, deployment.networkName, id, "-network"),
      internal: decisions.from("environment", "network.internal", environment.network === "internal"),
    },
    dataVolume: {
      name: decisions.name(
        "dataVolume.name",
        `${field}.dataVolumeName`,
        deployment.dataVolumeName,
        id,
        "-data",
      ),
      protected: decisions.from(
        "environment",
        "dataVolume.protected",
        environment.dataVolume === "protected",
      ),
    },
    server,
    ...(exporter === undefined ? {} : { exporter }),
    ...(prometheus === undefined ? {} : { prometheus }),
    backups: resolveBackups(input, id, decisions),
    client: resolveClient(service, decisions),
    contacts: decisions.choose("contacts", service.contacts, {}),
    runbooks: decisions.from("environment", "runbooks", environment.runbooks),
    stores,
    thresholds: resolveThresholds(service, server.maxclients, decisions),
    waivers: decisions.choose("waivers", deployment.waivers, []),
  };
  return { id, deploymentField: field, service, environment, deployment, engine, props, decisions };
}

function resolveEngine(input: StackInput, decisions: Decisions): Engine {
  const { service } = input;
  const engine = replacementOf(input);
  const name: string = engine ?? service.engine;
  const known: Readonly<Record<string, Engine>> = engines;
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found === undefined) {
    decisions.problems.add({
      field: engine === undefined ? `${service.name}.engine` : "REDIS_ENGINE",
      got: JSON.stringify(name),
      expected: "the name of an engine in config/engines.ts",
      fix: fixForUnknownName(name, Object.keys(engines)),
    });
    return engines["redis-7.4"];
  }
  const kind = engine === undefined ? "service" : "REDIS_ENGINE";
  decisions.from(kind, "server.image", found.image, `engine ${name}`);
  decisions.from(kind, "server.version", found.version, `engine ${name}`);
  return found;
}

function resolveState(id: string, { state }: Environment, decisions: Decisions): StateProps {
  decisions.from("environment", "state", state);
  // Relative to cdktf.out/stacks/<stack>, where Terraform runs, and so the same on every machine.
  return state.backend === "local"
    ? { backend: "local", path: `../../../state/${id}.tfstate` }
    : { ...state, key: `redis/${id}.tfstate` };
}

function resolveExporter(
  { service, environment, deployment }: StackInput,
  id: string,
  engine: Engine,
  decisions: Decisions,
): RedisExporterProps | undefined {
  const wanted = deployment.exporter ?? environment.exporter;
  if (wanted === "off") {
    return undefined;
  }
  if (wanted === "on") {
    decisions.problems.add({
      field: `${service.name}.environments.${environment.name}.exporter`,
      got: "nothing",
      expected: `a port, since environment ${environment.name} exports every service to Prometheus`,
      fix: 'write exporter: { hostPort: 9121 } with a free port, or exporter: "off"',
    });
    return undefined;
  }
  return {
    containerName: decisions.from("derived", "exporter.containerName", `${id}-exporter`, "<stack>-exporter"),
    image: decisions.from("derived", "exporter.image", engine.exporterImage, "goes with the engine"),
    hostPort: decisions.from("service", "exporter.hostPort", wanted.hostPort),
    hostAddress: decisions.choose("exporter.hostAddress", wanted.hostAddress, defaults.hostAddress),
    networkName: decisions.from("derived", "exporter.networkName", `${id}-metrics`, "<stack>-metrics"),
    ...(environment.auth === "none"
      ? {}
      : {
          secretsVolume: decisions.from(
            "derived",
            "exporter.secretsVolume",
            `${id}-exporter-secrets`,
            "<stack>-exporter-secrets",
          ),
        }),
  };
}

function resolvePrometheus(
  { service, environment, deployment: { prometheus: wanted } }: StackInput,
  id: string,
  engine: Engine,
  decisions: Decisions,
): RedisPrometheusProps | undefined {
  if (wanted === undefined) {
    return undefined;
  }
  const path = "prometheus";
  const field = `${service.name}.environments.${environment.name}.prometheus.retention`;
  const own = `${id}-prometheus`;
  return {
    containerName: decisions.from("derived", `${path}.containerName`, own, "<stack>-prometheus"),
    image: decisions.from("derived", `${path}.image`, engine.prometheusImage, "goes with the engine"),
    hostPort: decisions.from("service", `${path}.hostPort`, wanted.hostPort),
    hostAddress: decisions.choose(`${path}.hostAddress`, wanted.hostAddress, defaults.hostAddress),
    volumeName: decisions.from("derived", `${path}.volumeName`, own, "<stack>-prometheus"),
    retention: decisions.duration(
      field,
      decisions.choose(`${path}.retention`, wanted.retention, prometheusDefaults.retention),
    ),
    ...(wanted.alertmanager === undefined
      ? {}
      : { alertmanager: decisions.from("service", `${path}.alertmanager`, wanted.alertmanager) }),
  };
}

function resolveBackups(
  { service, environment, deployment }: StackInput,
  id: string,
  decisions: Decisions,
): BackupsProps {
  const at = decisions.from("environment", "backups.at", environment.backups.at);
  const wanted = deployment.backups ?? environment.backups.schedule;
  if (wanted === "off") {
    return { at };
  }
  const given = wanted === "on" ? {} : wanted;
  const path = "backups.schedule";
  const field = `${service.name}.environments.${environment.name}.backups`;
  const duration = (key: "every" | "keepFor") =>
    decisions.duration(
      `${field}.${key}`,
      decisions.choose(`${path}.${key}`, given[key], backupDefaults[key]),
    );
  const named = (key: string, suffix: string) =>
    decisions.from("derived", `${path}.${key}`, `${id}${suffix}`, `<stack>${suffix}`);
  return {
    at,
    schedule: {
      containerName: named("containerName", "-backup"),
      volumeName: named("volumeName", "-backups"),
      ...(environment.auth === "none" ? {} : { secretsVolume: named("secretsVolume", "-backup-secrets") }),
      every: duration("every"),
      keepLast: decisions.choose(`${path}.keepLast`, given.keepLast, backupDefaults.keepLast),
      keepFor: duration("keepFor"),
    },
  };
}

function resolveClient({ name, client = {} }: Service, decisions: Decisions): ClientProps {
  return {
    database: decisions.choose("client.database", client.database, clientDefaults.database),
    connectTimeout: decisions.duration(
      `${name}.client.connectTimeout`,
      decisions.choose("client.connectTimeout", client.connectTimeout, clientDefaults.connectTimeout),
    ),
    commandTimeout: decisions.duration(
      `${name}.client.commandTimeout`,
      decisions.choose("client.commandTimeout", client.commandTimeout, clientDefaults.commandTimeout),
    ),
    poolSize: decisions.choose("client.poolSize", client.poolSize, clientDefaults.poolSize),
  };
}

function resolveThresholds(
  { name, thresholds = {} }: Service,
  maxclients: number,
  decisions: Decisions,
): ThresholdsProps {
  const at = (key: string) => `thresholds.${key}`;
  const optional = (key: "blockedClients" | "hitRatio"): { [name in typeof key]?: LevelsProps<number> } => {
    const levels = thresholds[key];
    return levels === undefined ? {} : { [key]: decisions.from("service", at(key), levels) };
  };
  const latency: Levels<string> = decisions.choose(
    at("latency"),
    thresholds.latency,
    thresholdDefaults.latency,
  );
  // Rounded apart: of two connections the first is a warning, and the second is critical.
  const clients = {
    warning: Math.floor((maxclients * 70) / 100),
    critical: Math.ceil((maxclients * 90) / 100),
  };
  return {
    memory: decisions.choose(at("memory"), thresholds.memory, thresholdDefaults.memory),
    connectedClients: decisions.chooseOrDerive(at("connectedClients"), thresholds.connectedClients, {
      value: clients,
      why: "70 % and 90 % of maxclients",
    }),
    ...optional("blockedClients"),
    ...optional("hitRatio"),
    latency: {
      warning: decisions.duration(`${name}.thresholds.latency.warning`, latency.warning),
      critical: decisions.duration(`${name}.thresholds.latency.critical`, latency.critical),
    },
  };
}
