import { Duration } from "../../core/duration";
import type {
  EncodingProps,
  HealthcheckProps,
  PersistenceProps,
  RedisExporterProps,
  RedisServerProps,
} from "../../core/redis-stack-props";
import { Size } from "../../core/size";
import { shopStack } from "../support/stack-fixtures";
import { synthStack } from "../support/synthesized-stack";

/** A second value for everything that is deployed. The compiler finds what is forgotten here. */
const persistence: Required<PersistenceProps> = {
  appendonly: false,
  appendfsync: "no",
  pointInTime: true,
  autoAofRewritePercentage: 9,
  autoAofRewriteMinSize: Size.mebibytes(9),
  save: [{ after: Duration.seconds(9), changes: 9 }],
};

const encoding: Required<EncodingProps> = {
  hashMaxListpackEntries: 9,
  hashMaxListpackValue: Size.bytes(9),
  listMaxListpackSize: 9,
  setMaxIntsetEntries: 9,
};

const healthcheck: Required<HealthcheckProps> = {
  command: "true",
  interval: Duration.seconds(9),
  timeout: Duration.seconds(9),
  retries: 9,
  startPeriod: Duration.seconds(9),
};

const server: Required<Omit<RedisServerProps, "persistence" | "healthcheck" | "encoding">> = {
  containerName: "other",
  aliases: ["other"],
  image: "redis:7.2.16-alpine",
  version: "7.2.16",
  memoryLimit: Size.mebibytes(1000),
  maxmemory: Size.mebibytes(99),
  maxmemoryPolicy: "allkeys-random",
  memoryReservation: Size.mebibytes(9),
  maxmemorySamples: 9,
  activedefrag: true,
  auth: { mode: "requirepass", secretsVolume: "other-secrets" },
  disabledCommands: ["KEYS"],
  renamedCommands: { KEYS: "OTHER_KEYS" },
  maxclients: 9,
  timeout: Duration.seconds(9),
  tcpKeepalive: Duration.seconds(9),
  slowlogLogSlowerThan: Duration.seconds(9),
  slowlogMaxLen: 9,
  latencyMonitorThreshold: Duration.seconds(9),
  notifyKeyspaceEvents: "Ex",
  directives: { "maxmemory-clients": "9%" },
  hostPort: 9,
  hostAddress: "192.0.2.9",
  restart: "always",
  stopTimeout: Duration.seconds(9),
  cpus: 9,
  cpuShares: 9,
  logMaxSize: Size.mebibytes(9),
  logMaxFiles: 9,
};

const exporter: Required<RedisExporterProps> = {
  containerName: "other-exporter",
  image: "other:1",
  hostPort: 9,
  hostAddress: "192.0.2.9",
  networkName: "other-metrics",
  secretsVolume: "other-exporter-secrets",
};

const { id, props } = shopStack("dev", { deployment: { hostPort: 6379, exporter: { hostPort: 9121 } } });

/** What is deployed when `server` or `exporter` has other values. */
function deployed(own: Partial<RedisServerProps>, ownExporter: Partial<RedisExporterProps> = {}): string {
  if (props.exporter === undefined) {
    throw new Error("the fixture has no exporter");
  }
  const values = {
    ...props,
    server: { ...props.server, ...own },
    exporter: { ...props.exporter, ...ownExporter },
  };
  return JSON.stringify(synthStack(id, values).resource);
}

/** Names of the values whose change alone is not seen in what is deployed. */
function lost<T extends object>(other: T, deployWith: (own: Partial<T>) => string): readonly string[] {
  const before = deployed({});
  const names = Object.keys(other) as (keyof T & string)[];
  return names.filter((name) => {
    const own: Partial<T> = {};
    own[name] = other[name];
    return deployWith(own) === before;
  });
}

describe("a value of a stack", () => {
  it("is deployed, whichever it is of the server; only the version is there for the checks", () => {
    expect(lost(server, (own) => deployed(own))).toEqual(["version"]);
  });

  it("is deployed, whichever it is of persistence", () => {
    const change = (own: Partial<PersistenceProps>) =>
      deployed({ persistence: { ...props.server.persistence, ...own } });
    expect(lost(persistence, change)).toEqual([]);
  });

  it("is deployed, whichever it is of the encoding", () => {
    const change = (own: Partial<EncodingProps>) =>
      deployed({ encoding: { ...props.server.encoding, ...own } });
    expect(lost(encoding, change)).toEqual([]);
  });

  it("is deployed, whichever it is of the health check", () => {
    const change = (own: Partial<HealthcheckProps>) =>
      deployed({ healthcheck: { ...props.server.healthcheck, ...own } });
    expect(lost(healthcheck, change)).toEqual([]);
  });

  it("is deployed, whichever it is of the exporter", () => {
    expect(lost(exporter, (own) => deployed({}, own))).toEqual([]);
  });
});
