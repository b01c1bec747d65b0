/** What a field takes. */
export type Kind =
  // Numbers and amounts in a range; `seconds` and `mebibytes` are whole ones.
  | "whole"
  | "seconds"
  | "milliseconds"
  | "bytes"
  | "mebibytes"
  | "cpus"
  // Texts.
  | "choice"
  | "engine"
  | "name"
  | "address"
  | "host:port"
  | "ttl"
  | "line"
  | "text"
  | "events"
  // Anything else.
  | "flag"
  | "list"
  | "object";

/** A kind, and the range of its numbers: in seconds, milliseconds, bytes or mebibytes where it has a unit. */
type Taken = readonly [kind: Kind, min?: number, max?: number];

export interface FieldRow {
  /** Below a service; `<environment>` stands for the one environment that it is deployed to. */
  readonly path: string;
  /** Whether it may be left out. */
  readonly optional: boolean;
  readonly kind: Kind;
  readonly min: number;
  readonly max: number;
}

const MOST_SECONDS = 2_147_483_647;
const ANY_TIME: Taken = ["milliseconds", 0, Number.MAX_SAFE_INTEGER];

const REQUIRED: Readonly<Record<string, Taken>> = {
  description: ["line"],
  engine: ["engine"],
  stores: ["list"],
  "stores[0].kind": ["choice"],
  "stores[0].keys": ["line"],
  "stores[0].ttl": ["ttl"],
  "stores[0].lossAcceptable": ["flag"],
  "stores[0].format.encoding": ["choice"],
  "persistence.appendonly": ["flag"],
  "persistence.save": ["list"],
  "persistence.save[0].after": ["seconds", 1, MOST_SECONDS],
  "persistence.save[0].changes": ["whole", 1, 1_000_000_000],
  ...levels("memory", ["whole", 1, 100]),
  ...levels("connectedClients", ["whole", 1, 100_000]),
  ...levels("blockedClients", ["whole", 0, 100_000]),
  ...levels("hitRatio", ["whole", 1, 100]),
  ...levels("latency", ["milliseconds", 1, Number.MAX_SAFE_INTEGER]),
  environments: ["object"],
  "environments.<environment>": ["object"],
  "environments.<environment>.memory": ["object"],
  "environments.<environment>.exporter.hostPort": ["whole", 1, 65_535],
  "environments.<environment>.prometheus.hostPort": ["whole", 1, 65_535],
};

const OPTIONAL: Readonly<Record<string, Taken>> = {
  "stores[0].format": ["object"],
  ...Object.fromEntries(
    ["user", "organisation", "createdAt", "lastActivity"].map((name) => [
      `stores[0].format.${name}`,
      ["line"] satisfies Taken,
    ]),
  ),
  contacts: ["object"],
  "contacts.onCall": ["line"],
  "contacts.infrastructure": ["line"],
  "contacts.escalation": ["line"],
  maxmemoryPolicy: ["choice"],
  maxmemorySamples: ["whole", 1, 64],
  persistence: ["object"],
  "persistence.appendfsync": ["choice"],
  "persistence.pointInTime": ["flag"],
  "persistence.autoAofRewritePercentage": ["whole", 0, 1000],
  "persistence.autoAofRewriteMinSize": ["bytes", 0, 1024 ** 5],
  activedefrag: ["flag"],
  encoding: ["object"],
  "encoding.hashMaxListpackEntries": ["whole", 0, 65_536],
  "encoding.hashMaxListpackValue": ["bytes", 0, 64 * 1024],
  "encoding.listMaxListpackSize": ["whole", -5, 65_536],
  "encoding.setMaxIntsetEntries": ["whole", 0, 65_536],
  maxclients: ["whole", 2, 100_000],
  timeout: ["seconds", 0, MOST_SECONDS],
  tcpKeepalive: ["seconds", 0, 32_767],
  slowlogLogSlowerThan: ANY_TIME,
  slowlogMaxLen: ["whole", 1, 10_000],
  latencyMonitorThreshold: ANY_TIME,
  notifyKeyspaceEvents: ["events"],
  directives: ["object"],
  healthcheck: ["object"],
  "healthcheck.interval": ["seconds", 1, 600],
  "healthcheck.timeout": ["seconds", 1, 60],
  "healthcheck.retries": ["whole", 1, 20],
  "healthcheck.startPeriod": ["seconds", 1, 3600],
  client: ["object"],
  "client.database": ["whole", 0, 15],
  "client.connectTimeout": ANY_TIME,
  "client.commandTimeout": ANY_TIME,
  "client.poolSize": ["whole", 1, 1000],
  thresholds: ["object"],
  ...Object.fromEntries(
    ["memory", "connectedClients", "blockedClients", "hitRatio", "latency"].map((name) => [
      `thresholds.${name}`,
      ["object"] satisfies Taken,
    ]),
  ),
  restart: ["choice"],
  "environments.<environment>.memory.maxmemory": ["bytes", 1024 ** 2, 1024 ** 5],
  "environments.<environment>.memory.limit": ["mebibytes", 128, 1024 ** 3],
  "environments.<environment>.memory.reservation": ["mebibytes", 6, 1024 ** 3],
  "environments.<environment>.cpus": ["cpus"],
  "environments.<environment>.cpuShares": ["whole", 2, 262_144],
  "environments.<environment>.hostPort": ["whole", 1, 65_535],
  "environments.<environment>.hostAddress": ["address"],
  "environments.<environment>.exporter": ["object"],
  "environments.<environment>.exporter.hostAddress": ["address"],
  "environments.<environment>.prometheus": ["object"],
  "environments.<environment>.prometheus.hostAddress": ["address"],
  "environments.<environment>.prometheus.retention": ["seconds", 3600, 87_600 * 3600],
  "environments.<environment>.prometheus.alertmanager": ["host:port"],
  "environments.<environment>.backups": ["object"],
  "environments.<environment>.backups.every": ["seconds", 300, 168 * 3600],
  "environments.<environment>.backups.keepLast": ["whole", 1, 1000],
  "environments.<environment>.backups.keepFor": ["seconds", 0, 87_600 * 3600],
  "environments.<environment>.containerName": ["name"],
  "environments.<environment>.aliases": ["list"],
  "environments.<environment>.networkName": ["name"],
  "environments.<environment>.dataVolumeName": ["name"],
  "environments.<environment>.waivers": ["list"],
};

function levels(name: string, taken: Taken): Readonly<Record<string, Taken>> {
  return { [`thresholds.${name}.warning`]: taken, [`thresholds.${name}.critical`]: taken };
}

const rows = (fields: Readonly<Record<string, Taken>>, optional: boolean) =>
  Object.entries(fields).map(
    ([path, [kind, min = 0, max = 0]]): FieldRow => ({ path, optional, kind, min, max }),
  );

/** Every field of a service but its name, with what it takes. */
export const SERVICE_FIELDS: readonly FieldRow[] = [...rows(REQUIRED, false), ...rows(OPTIONAL, true)];
