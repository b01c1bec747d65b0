import type {
  BackupSchedule,
  Client,
  Encoding,
  Healthcheck,
  Persistence,
  Prometheus,
  Service,
  Thresholds,
} from "./service";

/** What holds where neither a service nor its environment says anything. Redis' own defaults, or ours with the reason. */
export const defaults = {
  maxmemorySamples: 5,
  timeout: "0 s",
  tcpKeepalive: "300 s",
  slowlogLogSlowerThan: "10 ms",
  slowlogMaxLen: 128,
  /** Redis leaves it off; on, it costs nothing until an event is slow. */
  latencyMonitorThreshold: "100 ms",
  notifyKeyspaceEvents: "",
  directives: {},
  activedefrag: false,
  restart: "unless-stopped",
  hostAddress: "127.0.0.1",
  aliases: ["redis"],
  /** Docker keeps logs for ever unless told otherwise. */
  logMaxSize: "10 MiB",
  logMaxFiles: 3,
} as const satisfies Partial<Service> & Record<string, unknown>;

export const persistenceDefaults: Required<Omit<Persistence, "appendonly" | "save">> = {
  appendfsync: "everysec",
  autoAofRewritePercentage: 100,
  autoAofRewriteMinSize: "64 MiB",
  pointInTime: false,
};

export const backupDefaults: Required<BackupSchedule> = {
  every: "6 h",
  keepLast: 12,
  keepFor: "72 h",
};

/** Prometheus' own. */
export const prometheusDefaults: Required<Pick<Prometheus, "retention">> = { retention: "360 h" };

export const healthcheckDefaults: Required<Omit<Healthcheck, "startPeriod">> = {
  interval: "5 s",
  timeout: "3 s",
  retries: 3,
};

export const clientDefaults: Required<Client> = {
  database: 0,
  connectTimeout: "5 s",
  commandTimeout: "5 s",
  poolSize: 10,
};

/** Redis' own, the same in 7.0, 7.2 and 7.4. */
export const encodingDefaults: Required<Encoding> = {
  hashMaxListpackEntries: 512,
  hashMaxListpackValue: "64 B",
  listMaxListpackSize: -2,
  setMaxIntsetEntries: 512,
};

/** `connectedClients` follows `maxclients`; what is not here is watched only where a service asks for it. */
export const thresholdDefaults = {
  memory: { warning: 70, critical: 90 },
  latency: { warning: "5 ms", critical: "20 ms" },
} as const satisfies Thresholds;
