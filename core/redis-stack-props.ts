import type { Duration } from "./duration";
import type { Size } from "./size";

/**
 * What one stack gets: every value that decides what is built, and nothing else. `config/` resolves it,
 * `constructs/` build it, `redis-ops config show <stack>` prints it with the source of each value.
 */
export interface RedisStackProps {
  /** Written on every container as labels, so that `docker ps` and the plan say what it belongs to. */
  readonly labels: Readonly<Record<string, string>>;
  readonly docker: DockerProps;
  readonly state: StateProps;
  readonly network: NetworkProps;
  readonly dataVolume: DataVolumeProps;
  readonly server: RedisServerProps;
  /** Left out: nothing is exported to Prometheus. */
  readonly exporter?: RedisExporterProps;
  readonly client: ClientProps;
}

/** The Docker engine that the stack is deployed to. */
export interface DockerProps {
  /**
   * Address of the engine, e.g. `ssh://deploy@host`.
   * @default - what Docker's own tools use: `DOCKER_HOST`, else the local socket
   */
  readonly host?: string;
}

/** Where Terraform keeps the stack's state. */
export type StateProps =
  | { readonly backend: "local"; readonly path: string }
  | { readonly backend: "s3"; readonly bucket: string; readonly region: string; readonly key: string };

export interface NetworkProps {
  /** Name of the Docker network that the service's containers join to reach Redis. */
  readonly name: string;
  /** Whether the network has no way out and no way in from the host. Nothing can be published on it. */
  readonly internal: boolean;
}

export interface DataVolumeProps {
  /** Name of the Docker volume mounted at `/data`. */
  readonly name: string;
  /** Whether Terraform refuses to destroy it, and the volumes of the secrets with it. */
  readonly protected: boolean;
}

export interface RedisServerProps {
  /** Name of the container; on the network also its host name. */
  readonly containerName: string;
  /** Further host names on the network. */
  readonly aliases: readonly string[];
  /** Exact image tag. */
  readonly image: string;
  /** Version of the server in the image, e.g. `7.4.11`. */
  readonly version: string;
  /** Hard limit of the container's memory; swap is not allowed on top. At least `maxmemory` / 0.8. */
  readonly memoryLimit: Size;
  /** Amount of data after which `maxmemoryPolicy` acts. */
  readonly maxmemory: Size;
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  /** Keys looked at for each eviction: 1 to 64. */
  readonly maxmemorySamples: number;
  readonly persistence: PersistenceProps;
  readonly auth: AuthProps;
  /** Commands that nobody can call, by their original names. */
  readonly disabledCommands: readonly string[];
  /** Commands that answer to another name only: original name to new name. */
  readonly renamedCommands: Readonly<Record<string, string>>;
  /** Connections at the same time: 1 to 100000. */
  readonly maxclients: number;
  /** Idle time after which a client is disconnected; 0 s: never. */
  readonly timeout: Duration;
  readonly tcpKeepalive: Duration;
  /** Commands that take longer are kept in the slow log. */
  readonly slowlogLogSlowerThan: Duration;
  /** Entries kept in the slow log. */
  readonly slowlogMaxLen: number;
  /** Events that take longer are kept by the latency monitor; 0 s: off. */
  readonly latencyMonitorThreshold: Duration;
  /** Classes of keyspace events that are published, e.g. `Ex`; empty: none. */
  readonly notifyKeyspaceEvents: string;
  /** Any further directive of redis.conf, by name. */
  readonly directives: Readonly<Record<string, string>>;
  /** Port on the host's loopback address. Left out: reachable only inside the network. */
  readonly hostPort?: number;
  readonly healthcheck: HealthcheckProps;
  /** Time that Redis gets after SIGTERM to write its data before it is killed. */
  readonly stopTimeout: Duration;
  /** Share of CPUs that the container may use at most, e.g. `1.5`. Left out: no limit. */
  readonly cpus?: number;
  /** Size at which the container's log file is rotated. */
  readonly logMaxSize: Size;
  /** Rotated log files kept. */
  readonly logMaxFiles: number;
}

export const MAXMEMORY_POLICIES = [
  "noeviction",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const;

/** What Redis does with a write when `maxmemory` is reached. */
export type MaxmemoryPolicy = (typeof MAXMEMORY_POLICIES)[number];

export interface PersistenceProps {
  /** Whether every write goes to the append-only file; it is what is loaded at the next start. */
  readonly appendonly: boolean;
  readonly appendfsync: "always" | "everysec" | "no";
  /** Growth since the last rewrite, in percent, that starts a rewrite of the append-only file; 0: never. */
  readonly autoAofRewritePercentage: number;
  readonly autoAofRewriteMinSize: Size;
  /** Snapshots: after `after`, when at least `changes` keys changed. Empty: none. */
  readonly save: readonly SavePoint[];
}

export interface SavePoint {
  readonly after: Duration;
  readonly changes: number;
}

/**
 * Who may use the server. `requirepass`: a password for everyone, and internal users with the least
 * each needs. The passwords are files in `secretsVolume`; Terraform knows its name and never its content.
 */
export type AuthProps =
  | { readonly mode: "none" }
  | { readonly mode: "requirepass"; readonly secretsVolume: string };

export interface HealthcheckProps {
  readonly interval: Duration;
  readonly timeout: Duration;
  /** Failures in a row that make the container unhealthy. */
  readonly retries: number;
  /** Time after the start in which failures do not count: at least the time to load the data. */
  readonly startPeriod: Duration;
}

export interface RedisExporterProps {
  readonly containerName: string;
  readonly image: string;
  /** Port on the host's loopback address where Prometheus reads `/metrics`. */
  readonly hostPort: number;
  /** Name of the network that the port is published on, since the service's own may be internal. */
  readonly networkName: string;
  /** Volume with the exporter's password file. Left out where the server asks for none. */
  readonly secretsVolume?: string;
}

/** What the service's clients are told to use; Redis itself does not read it. */
export interface ClientProps {
  /** Logical database in the URL: 0 to 15. */
  readonly database: number;
  readonly connectTimeout: Duration;
  readonly commandTimeout: Duration;
  readonly poolSize: number;
}
