import type { DurationText } from "../core/duration";
import type { MaxmemoryPolicy } from "../core/redis-stack-props";
import type { SizeText } from "../core/size";
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
  /** What Redis does with a write when `maxmemory` is reached. */
  readonly maxmemoryPolicy: MaxmemoryPolicy;
  /** Keys looked at for each eviction: 1 to 64. @default 5 */
  readonly maxmemorySamples?: number;
  readonly persistence: Persistence;
  /** Connections at the same time: 1 to 100000. @default 10000 */
  readonly maxclients?: number;
  /** Idle time after which a client is disconnected; `"0 s"`: never. @default "0 s" */
  readonly timeout?: DurationText;
  /** @default "300 s" */
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
  readonly environments: { readonly [name in EnvironmentName]?: Deployment };
}

/** How Redis keeps data across a restart. */
export interface Persistence {
  /** Append-only file: every write is kept. */
  readonly appendonly: boolean;
  /** When the append-only file is forced to disk; `everysec` loses a second at most on a power cut. @default "everysec" */
  readonly appendfsync?: "always" | "everysec" | "no";
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
  readonly memory: { readonly maxmemory?: SizeText; readonly limit?: SizeText };
  /** Share of CPUs that may be used at most: 0.1 to 64, one decimal. @default - no limit */
  readonly cpus?: number;
  /** Port on the host's loopback address: 1 to 65535. @default - not published */
  readonly hostPort?: number;
  /** `"off"`, or on with this port on loopback. @default - as the environment says */
  readonly exporter?: "off" | { readonly hostPort: number };
  /** @default - the stack's name */
  readonly containerName?: string;
  /** Host names on the network beside the container's name. @default - `redis` */
  readonly aliases?: readonly string[];
  /** @default - `<stack>-network` */
  readonly networkName?: string;
  /** @default - `<stack>-data` */
  readonly dataVolumeName?: string;
}
