import type { Duration } from "./duration";
import type { Size } from "./size";
import type { StoreProps } from "./store-props";

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
  /** Left out: somebody else's Prometheus reads the exporter, or nobody's. */
  readonly prometheus?: RedisPrometheusProps;
  readonly backups: BackupsProps;
  readonly client: ClientProps;
  /** Whom an alert names. Not deployed by itself. */
  readonly contacts: ContactsProps;
  /** Where docs/runbooks is published: an address, or a folder of the repository. Alerts link to it. */
  readonly runbooks: string;
  /** What the service keeps. Read by the gates and by the commands for people on call; not deployed. */
  readonly stores: readonly StoreProps[];
  /** From when on somebody is told. Not deployed here. */
  readonly thresholds: ThresholdsProps;
  /** Gates that the stack may break, and until when. */
  readonly waivers: readonly WaiverProps[];
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
  /** Memory that the kernel leaves to the container when the host is short. Left out: none. */
  readonly memoryReservation?: Size;
  /** Amount of data after which `maxmemoryPolicy` acts. */
  readonly maxmemory: Size;
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  /** Keys looked at for each eviction: 1 to 64. */
  readonly maxmemorySamples: number;
  /** Whether Redis moves data together while it runs. */
  readonly activedefrag: boolean;
  readonly encoding: EncodingProps;
  readonly persistence: PersistenceProps;
  readonly auth: AuthProps;
  /** Commands that nobody can call, by their original names. */
  readonly disabledCommands: readonly string[];
  /** Commands that answer to another name only: original name to new name. */
  readonly renamedCommands: Readonly<Record<string, string>>;
  /** Connections at the same time: 2 to 100000. */
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
  /** Port on the host. Left out: reachable only inside the network. */
  readonly hostPort?: number;
  /** Address of the host that `hostPort` is published on. */
  readonly hostAddress: string;
  readonly restart: RestartPolicy;
  readonly healthcheck: HealthcheckProps;
  /** Time that Redis gets after SIGTERM to write its data before it is killed. */
  readonly stopTimeout: Duration;
  /** Share of CPUs that the container may use at most, e.g. `1.5`. Left out: no limit. */
  readonly cpus?: number;
  /** Weight against other containers when CPUs are short. Left out: Docker's 1024. */
  readonly cpuShares?: number;
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
  /** Whether the append-only file says when each write was, so that a moment between two backups can be restored. */
  readonly pointInTime: boolean;
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

/** Up to which size Redis keeps a value in its compact form. */
export interface EncodingProps {
  readonly hashMaxListpackEntries: number;
  readonly hashMaxListpackValue: Size;
  /** -1 (4 KiB) to -5 (64 KiB), or a number of elements. */
  readonly listMaxListpackSize: number;
  readonly setMaxIntsetEntries: number;
}

export const RESTART_POLICIES = ["unless-stopped", "always", "on-failure"] as const;

/** When Docker starts the container again after it has ended. */
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

export interface HealthcheckProps {
  /** Shell command in the container: healthy when it exits 0. */
  readonly command: string;
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
  /** Port on the host where Prometheus reads `/metrics`. */
  readonly hostPort: number;
  /** Address of the host that `hostPort` is published on. */
  readonly hostAddress: string;
  /** Name of the network that the port is published on, since the service's own may be internal. */
  readonly networkName: string;
  /** Volume with the exporter's password file. Left out where the server asks for none. */
  readonly secretsVolume?: string;
}

/** A Prometheus beside the server, with the stack's rules: it looks at nothing else. */
export interface RedisPrometheusProps {
  readonly containerName: string;
  readonly image: string;
  /** Port on the host where people and Grafana reach it. */
  readonly hostPort: number;
  /** Address of the host that `hostPort` is published on. */
  readonly hostAddress: string;
  /** Volume with what it has measured. */
  readonly volumeName: string;
  /** How long that is kept: 1 h to 10 years. */
  readonly retention: Duration;
  /** `host:port` of the Alertmanager that tells people. Left out: alerts are shown and sent to nobody. */
  readonly alertmanager?: string;
}

/** Copies of the data outside its volume. */
export interface BackupsProps {
  /** Where `redis-ops backup` writes and looks: a directory, from the repository's folder, or `s3://BUCKET/PREFIX`. Not deployed. */
  readonly at: string;
  /** Left out: nobody makes backups by themselves. */
  readonly schedule?: BackupScheduleProps;
}

/** A container beside the server that makes backups. */
export interface BackupScheduleProps {
  readonly containerName: string;
  /** Volume that the backups are written to. */
  readonly volumeName: string;
  /** Volume with the password of user `backup`. Left out where the server asks for none. */
  readonly secretsVolume?: string;
  /** Time from one backup to the next: 5 min to 7 days. */
  readonly every: Duration;
  /** The newest so many are kept: 1 to 1000. */
  readonly keepLast: number;
  /** Those younger than this are kept as well: 0 s to 10 years. */
  readonly keepFor: Duration;
}

/** What the service's clients are told to use; Redis itself does not read it. */
export interface ClientProps {
  /** Logical database in the URL: 0 to 15. */
  readonly database: number;
  readonly connectTimeout: Duration;
  readonly commandTimeout: Duration;
  readonly poolSize: number;
}

/** Whom to call, as people write it: a channel, a team, a number. */
export interface ContactsProps {
  readonly onCall?: string;
  readonly infrastructure?: string;
  readonly escalation?: string;
}

/** A level at which somebody is told, and one at which somebody is woken. */
export interface LevelsProps<T> {
  readonly warning: T;
  readonly critical: T;
}

/** Left out: not watched. */
export interface ThresholdsProps {
  /** `used_memory` in percent of `maxmemory`. */
  readonly memory: LevelsProps<number>;
  readonly connectedClients: LevelsProps<number>;
  readonly blockedClients?: LevelsProps<number>;
  /** Reads that found a key, in percent, and below. */
  readonly hitRatio?: LevelsProps<number>;
  readonly latency: LevelsProps<Duration>;
}

export interface WaiverProps {
  /** Id of a gate. */
  readonly rule: string;
  readonly reason: string;
  /** Last day on which it holds: `YYYY-MM-DD`. */
  readonly expires: string;
}
