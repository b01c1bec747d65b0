import type { DurationText } from "../core/duration";
import type { MaxmemoryPolicy, RestartPolicy } from "../core/redis-stack-props";
import type { SizeText } from "../core/size";
import type { FormatProps, StoreKind } from "../core/store-props";
import type { EngineName } from "./engines";
import type { EnvironmentName } from "./environments";

/**
 * Facts: what a service needs of its Redis. One file each in `config/services/`.
 *
 * What holds in every environment stands at the top, what differs stands under `environments`; no
 * field can stand in both places, so nothing is merged and nothing is overridden.
 * Defaults: `config/defaults.ts`.
 */
export interface Service {
  /** Lower-case letters, digits and dashes. A stack is called `<name>-<environment>`. */
  readonly name: string;
  /** One line for people: what the service is and what it keeps in Redis. */
  readonly description: string;
  /** A row of `config/engines.ts`. */
  readonly engine: EngineName;
  /** Everything that the service keeps in Redis. Policy, persistence and the gates follow from it. */
  readonly stores: readonly Store[];
  /** What Redis does with a write when `maxmemory` is reached. @default - what suits `stores`: `config/workload.ts` */
  readonly maxmemoryPolicy?: MaxmemoryPolicy;
  /** Keys looked at for each eviction: 1 to 64. @default 5 */
  readonly maxmemorySamples?: number;
  /** @default - what suits `stores`: `config/workload.ts` */
  readonly persistence?: Persistence;
  /** Whether Redis moves data together while it runs. Not every build of Redis can. @default false */
  readonly activedefrag?: boolean;
  readonly encoding?: Encoding;
  /** Connections at the same time, the health probe's among them: 2 to 100000. @default - 10000, or as many as take half of `maxmemory` */
  readonly maxclients?: number;
  /** Idle time after which a client is disconnected; `"0 s"`: never. @default "0 s" */
  readonly timeout?: DurationText;
  /** Idle time after which a client is asked whether it lives: 0 s (never) to 32767 s. @default "300 s" */
  readonly tcpKeepalive?: DurationText;
  /** Commands that take longer are kept in the slow log. @default "10 ms" */
  readonly slowlogLogSlowerThan?: DurationText;
  /** Entries kept in the slow log: 1 to 10000. @default 128 */
  readonly slowlogMaxLen?: number;
  /** Events that take longer are kept by the latency monitor; `"0 ms"`: off. @default "100 ms" */
  readonly latencyMonitorThreshold?: DurationText;
  /** Classes of keyspace events that are published, e.g. `Ex`. @default - none */
  readonly notifyKeyspaceEvents?: string;
  /** Directives of redis.conf that have no field here. @default - none */
  readonly directives?: Readonly<Record<string, string>>;
  readonly healthcheck?: Healthcheck;
  readonly client?: Client;
  readonly thresholds?: Thresholds;
  /** @default - none: alerts name the service alone */
  readonly contacts?: Contacts;
  /** When Docker starts the container again after it has ended. @default "unless-stopped" */
  readonly restart?: RestartPolicy;
  readonly environments: { readonly [name in EnvironmentName]?: Deployment };
}

/** One kind of thing that a service keeps. */
export interface Store {
  readonly kind: StoreKind;
  /** Pattern of the keys, e.g. `session:*`; of the channels for `pub-sub`, whose `ttl` is `"none"` and whose loss is acceptable. */
  readonly keys: string;
  /** Time after which a key that is not renewed is gone; `"none"`: it stays until somebody deletes it. */
  readonly ttl: DurationText | "none";
  /** Whether the service works on, without anybody noticing, when keys are lost before their time. */
  readonly lossAcceptable: boolean;
  /** How a value is written, for `redis-ops sessions`. @default - not known: values are shown as they are, and no field can be asked for */
  readonly format?: Format;
}

/** Which fields of a value say whose it is and how old. A field within another: `user.id`. */
export interface Format {
  /** `"hash"`: a hash of Redis; `"json"` and `"msgpack"`: a string. */
  readonly encoding: FormatProps["encoding"];
  /** @default - the user is what the star in `keys` stands for */
  readonly user?: string;
  readonly organisation?: string;
  /** When it was made: ISO 8601, or seconds or milliseconds since 1970. Without it nothing is deleted by its age. */
  readonly createdAt?: string;
  /** When it was last used; the same forms. */
  readonly lastActivity?: string;
}

/** Whom an alert names, one line each: a channel, a team, a number. */
export interface Contacts {
  readonly onCall?: string;
  readonly infrastructure?: string;
  readonly escalation?: string;
}

/** Up to which size Redis keeps a value in its compact form. Larger: less memory, slower access. */
export interface Encoding {
  /** Fields of a hash: 0 to 65536. @default 512 */
  readonly hashMaxListpackEntries?: number;
  /** Length of a hash's longest field or value: 0 B to 64 KiB. @default "64 B" */
  readonly hashMaxListpackValue?: SizeText;
  /** Node of a list: -1 (4 KiB) to -5 (64 KiB), or 1 to 65536 elements. @default -2, which is 8 KiB */
  readonly listMaxListpackSize?: number;
  /** Members of a set of whole numbers: 0 to 65536. @default 512 */
  readonly setMaxIntsetEntries?: number;
}

/** Above which value somebody is told, and above which somebody is woken; below which, for `hitRatio`. */
export interface Thresholds {
  /** `used_memory` in percent of `maxmemory`: 1 to 100. @default 70 and 90 */
  readonly memory?: Levels<number>;
  /** Connections: 1 to `maxclients`. @default - 70 % and 90 % of `maxclients` */
  readonly connectedClients?: Levels<number>;
  /** Clients in a blocking call such as BLPOP: 0 to `maxclients`. @default - not watched: the workers of a queue block */
  readonly blockedClients?: Levels<number>;
  /** Reads that found a key, in percent: 1 to 100. @default - not watched */
  readonly hitRatio?: Levels<number>;
  /** Time in which commands are answered. @default "5 ms" and "20 ms" */
  readonly latency?: Levels<DurationText>;
}

export interface Levels<T> {
  readonly warning: T;
  readonly critical: T;
}

/** How Redis keeps data across a restart. */
export interface Persistence {
  /** Append-only file: every write is kept. */
  readonly appendonly: boolean;
  /** When the append-only file is forced to disk; `everysec` loses a second at most on a power cut. @default "everysec" */
  readonly appendfsync?: "always" | "everysec" | "no";
  /** Whether the append-only file says when each write was, so that a moment between two backups can be restored. @default false */
  readonly pointInTime?: boolean;
  /** Growth in percent that starts a rewrite: 0 (never) to 1000. @default 100 */
  readonly autoAofRewritePercentage?: number;
  /** @default "64 MiB" */
  readonly autoAofRewriteMinSize?: SizeText;
  /** Snapshots: after this time, when at least so many keys changed. Empty: none. */
  readonly save: readonly { readonly after: DurationText; readonly changes: number }[];
}

/** When Docker calls the server unhealthy. */
export interface Healthcheck {
  /** 1 s to 10 min. @default "5 s" */
  readonly interval?: DurationText;
  /** 1 s to 1 min. @default "3 s" */
  readonly timeout?: DurationText;
  /** 1 to 20. @default 3 */
  readonly retries?: number;
  /** Time to load the data, in which failures do not count. @default - 1 min for each 4 GiB of maxmemory */
  readonly startPeriod?: DurationText;
}

/** What the service's clients are told by `redis-ops connection`. */
export interface Client {
  /** Logical database: 0 to 15. @default 0 */
  readonly database?: number;
  /** @default "5 s" */
  readonly connectTimeout?: DurationText;
  /** @default "5 s" */
  readonly commandTimeout?: DurationText;
  /** 1 to 1000. @default 10 */
  readonly poolSize?: number;
}

/** Facts of a service in one environment: how big, what it is called, where it is reached. */
export interface Deployment {
  /** Give one; the other is derived (`core/memory-budget.ts`). Given both, `maxmemory` may be 0.8 × `limit` at most. */
  readonly memory: Memory;
  /** Share of CPUs that may be used at most: 0.1 to 64, one decimal. @default - no limit */
  readonly cpus?: number;
  /** Weight against other containers when CPUs are short; 1024 is the usual one: 2 to 262144. @default - Docker's, 1024 */
  readonly cpuShares?: number;
  /** Port on the host: 1 to 65535. @default - not published */
  readonly hostPort?: number;
  /** Address of the host on which `hostPort` is published. Other than loopback: open to the network. In its shortest spelling. @default "127.0.0.1" */
  readonly hostAddress?: string;
  /** `"off"`, or on with this port and address of the host. @default - as the environment says; on loopback */
  readonly exporter?: "off" | { readonly hostPort: number; readonly hostAddress?: string };
  /** A Prometheus of its own, with the stack's rules loaded. It reads the exporter, so that there has to be one. @default - none */
  readonly prometheus?: Prometheus;
  /** `"off"`, or on with this schedule. @default - as the environment says */
  readonly backups?: "off" | BackupSchedule;
  /** @default - the stack's name */
  readonly containerName?: string;
  /** Host names on the network beside the container's name. @default - `redis` */
  readonly aliases?: readonly string[];
  /** @default - `<stack>-network` */
  readonly networkName?: string;
  /** @default - `<stack>-data` */
  readonly dataVolumeName?: string;
  /** Gates of `config/gates.ts` that this stack may break for a while. @default - none */
  readonly waivers?: readonly Waiver[];
}

/** A Prometheus that looks at one stack: docs/decisions/015. Where there is one for everything, leave it out. */
export interface Prometheus {
  /** Port on the host: 1 to 65535. */
  readonly hostPort: number;
  /** Address of the host on which `hostPort` is published: whoever reaches it reads every metric. @default "127.0.0.1" */
  readonly hostAddress?: string;
  /** How long it keeps what it has measured: 1 h to 87600 h. @default "360 h", as Prometheus itself */
  readonly retention?: DurationText;
  /** `host:port` of an Alertmanager. @default - none: alerts are shown and sent to nobody */
  readonly alertmanager?: string;
}

/** When backups are made, and which are kept. The newest good one is never removed. */
export interface BackupSchedule {
  /** Time from one to the next: 5 min to 168 h. @default "6 h" */
  readonly every?: DurationText;
  /** The newest so many are kept: 1 to 1000. @default 12 */
  readonly keepLast?: number;
  /** Those younger than this are kept as well: 0 h to 87600 h. @default "72 h" */
  readonly keepFor?: DurationText;
}

export interface Memory {
  /** Data that Redis may keep: 1 MiB or more. */
  readonly maxmemory?: SizeText;
  /** Memory that the container may use: 128 MiB or more, in whole MiB. */
  readonly limit?: SizeText;
  /** Memory that the kernel leaves to the container when the host is short: 6 MiB up to the limit, in whole MiB. @default - none */
  readonly reservation?: SizeText;
}

/** Somebody decided to break a rule, said why, and until when. */
export interface Waiver {
  /** Id of a gate. */
  readonly rule: string;
  readonly reason: string;
  /** Last day on which it holds, e.g. `2027-03-31`. */
  readonly expires: string;
}
