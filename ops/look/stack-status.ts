import type Docker from "dockerode";
import { levelAbove } from "../../core/levels";
import type { LevelsProps, RedisStackProps } from "../../core/redis-stack-props";
import { ageText, bytesText } from "../amounts";
import { hitRatioOf, type Info, infoNumber } from "./info";
import { evictsAnything, refusedWrites, refusesWrites } from "./refused-writes";

/** What Docker and Redis said of a stack at one moment. Pure data, so that it can be judged without either. */
export interface StackFacts {
  /** In words: `healthy`, `not deployed`, `stopped (exit 137, OOM-killed)`, `no answer`. */
  readonly state: string;
  /** Undefined: Redis was not reached. */
  readonly info?: Info;
  /** Seconds since the newest backup was begun; null: there is none. Undefined: not known. */
  readonly backupAge?: number | null;
  /** Containers beside the server that do not run, such as `exporter shop-prod-exporter: stopped (exit 0)`. */
  readonly beside?: readonly string[];
}

/** One stack on the screen. Left out: not known. */
export interface StackStatus {
  readonly stack: string;
  readonly state: string;
  readonly version?: string;
  readonly uptimeSeconds?: number;
  readonly usedMemory?: number;
  readonly maxmemory?: number;
  /** Whether writes fail, since memory is full. */
  readonly refusesWrites?: boolean;
  /** Connections but the one that asks. */
  readonly clients?: number;
  readonly maxclients?: number;
  readonly opsPerSecond?: number;
  /** Reads that found a key, from 0 to 1: since the start, and since the look before. */
  readonly hitRatio?: number;
  readonly hitRatioSince?: number;
  readonly evicted?: number;
  /** Connections rejected since the start. */
  readonly rejected?: number;
  /** Seconds since the last snapshot was written, or the server was started. */
  readonly lastSaveSeconds?: number;
  readonly snapshot?: "ok" | "failed";
  readonly aof?: "ok" | "failed" | "off";
  readonly backupAge?: number | null;
  /** What is not as it should be; empty: well. */
  readonly problems: readonly string[];
}

export const NOT_DEPLOYED = "not deployed";
export const NO_ENGINE = "no engine";
const WELL: ReadonlySet<string> = new Set(["healthy", "starting", "running", NOT_DEPLOYED]);

/** With fewer reads than this since the start, the share that found a key says nothing. */
const LEAST_READS = 1000;

/** In one or a few words: what Docker says of a server's container. */
export function containerState({ State }: Docker.ContainerInspectInfo): string {
  const { Status, ExitCode, OOMKilled, Health } = State;
  if (Status === "running") {
    return Health?.Status === undefined || (Health.Status as string) === "none" ? "running" : Health.Status;
  }
  return Status === "exited" || Status === "dead"
    ? `stopped (exit ${ExitCode}${OOMKilled ? ", OOM-killed" : ""})`
    : Status === "restarting"
      ? `restarting (exit ${ExitCode}${OOMKilled ? ", OOM-killed" : ""})`
      : Status;
}

/** What the server said in place of an answer, by what it begins with or holds. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/WRONGPASS|NOAUTH|NOPERM|no readable/, "access denied"],
  [/LOADING/, "loading"],
  [/BUSY/, "busy script"],
  [/max number of clients/, "no connection left"],
];

/** In two words, why Redis could not be asked. */
export function refusalState(message: string): string {
  return REFUSALS.find(([pattern]) => pattern.test(message))?.[1] ?? "no answer";
}

/**
 * What is shown, and what is not as it should be.
 * @param before what INFO said at the look before, in `--watch`
 */
export function judgeStack(
  stack: string,
  props: RedisStackProps,
  facts: StackFacts,
  before?: Info,
): StackStatus {
  const { info, state, backupAge } = facts;
  if (info === undefined) {
    return {
      stack,
      state,
      ...(backupAge === undefined ? {} : { backupAge }),
      problems: [
        ...(WELL.has(state) ? [] : [state]),
        ...backupProblems(props, facts),
        ...(facts.beside ?? []),
      ],
    };
  }
  const number = (name: string) => infoNumber(info, name) ?? 0;
  const since = (name: string) => Math.max(0, number(name) - ((before && infoNumber(before, name)) ?? 0));
  const [hits, misses] = ["keyspace_hits", "keyspace_misses"] as const;
  const nowSeconds = number("server_time_usec") / 1_000_000;
  const failed = (name: string) => info.get(name) === "err";
  return {
    stack,
    state,
    version: info.get("redis_version") ?? "",
    uptimeSeconds: number("uptime_in_seconds"),
    usedMemory: number("used_memory"),
    maxmemory: number("maxmemory"),
    refusesWrites: refusesWrites(info, limitOf(info), props.thresholds.memory),
    clients: othersConnected(info),
    maxclients: number("maxclients"),
    opsPerSecond: number("instantaneous_ops_per_sec"),
    ...defined("hitRatio", hitRatioOf(number(hits), number(misses))),
    ...(before === undefined ? {} : defined("hitRatioSince", hitRatioOf(since(hits), since(misses)))),
    evicted: number("evicted_keys"),
    rejected: number("rejected_connections"),
    lastSaveSeconds: Math.max(0, Math.round(nowSeconds - number("rdb_last_save_time"))),
    snapshot: failed("rdb_last_bgsave_status") ? "failed" : "ok",
    aof:
      info.get("aof_enabled") !== "1"
        ? "off"
        : failed("aof_last_write_status") || failed("aof_last_bgrewrite_status")
          ? "failed"
          : "ok",
    ...(backupAge === undefined ? {} : { backupAge }),
    problems: [
      ...(WELL.has(state) ? [] : [state]),
      ...levelProblems(props, info),
      ...(before !== undefined && since("rejected_connections") > 0
        ? [`${since("rejected_connections")} connections were rejected since the look before`]
        : []),
      ...["rdb_last_bgsave_status", "aof_last_write_status", "aof_last_bgrewrite_status"]
        .filter(failed)
        .map((name) => `${name} is err: the data is in memory alone`),
      ...backupProblems(props, facts),
      ...(facts.beside ?? []),
    ],
  };
}

const limitOf = (info: Info) => ({
  maxmemory: infoNumber(info, "maxmemory") ?? 0,
  policy: info.get("maxmemory_policy"),
});

/** Redis counts the connection that asks. */
const othersConnected = (info: Info) => Math.max(0, (infoNumber(info, "connected_clients") ?? 0) - 1);

const defined = <K extends string, T>(name: K, value: T | undefined) =>
  (value === undefined ? {} : { [name]: value }) as { readonly [name in K]?: T };

/** The service's own thresholds: those at which somebody is told. */
function levelProblems({ thresholds }: RedisStackProps, info: Info): readonly string[] {
  const number = (name: string) => infoNumber(info, name) ?? 0;
  const { connectedClients, blockedClients, hitRatio } = thresholds;
  const reads = number("keyspace_hits") + number("keyspace_misses");
  const found = (hitRatioOf(number("keyspace_hits"), number("keyspace_misses")) ?? 1) * 100;
  const [clients, blocked] = [othersConnected(info), number("blocked_clients")];
  return [
    ...memoryProblems(thresholds.memory, info),
    ...(levelAbove(clients, connectedClients) !== undefined
      ? [`${clients} connections, above ${connectedClients.warning} somebody is told`]
      : []),
    ...(blockedClients !== undefined && levelAbove(blocked, blockedClients) !== undefined
      ? [`${blocked} blocked clients, above ${blockedClients.warning} somebody is told`]
      : []),
    ...(hitRatio !== undefined && reads >= LEAST_READS && found < hitRatio.warning
      ? [`${Math.floor(found)} % of reads find a key, below ${hitRatio.warning} % somebody is told`]
      : []),
  ];
}

/** In the numbers of the row. */
function memoryProblems(levels: LevelsProps<number>, info: Info): readonly string[] {
  const { maxmemory, policy } = limitOf(info);
  const used = infoNumber(info, "used_memory") ?? 0;
  const level = maxmemory === 0 ? undefined : levelAbove((used / maxmemory) * 100, levels);
  const isRefusing = refusesWrites(info, { maxmemory, policy }, levels);
  if ((level === undefined || evictsAnything(policy)) && !isRefusing) {
    return [];
  }
  const refused = refusedWrites(info);
  const share = `${bytesText(used)} are ${((used / maxmemory) * 100).toFixed(1)} % of maxmemory (${bytesText(maxmemory)})`;
  const above = level === undefined ? "" : `, above the ${level} threshold of ${levels[level]} %`;
  const counted = refused === 0 ? "" : `, ${refused} since the start`;
  return [`${isRefusing ? `writes are refused${counted}: ` : ""}${share}${above}`];
}

/** As `backup list` warns: twice the time from one backup to the next has passed. */
function backupProblems(
  { backups: { schedule } }: RedisStackProps,
  { backupAge, info }: StackFacts,
): readonly string[] {
  const longest = schedule === undefined ? Number.POSITIVE_INFINITY : 2 * schedule.every.toSeconds();
  if (backupAge === null) {
    const uptime = info === undefined ? 0 : (infoNumber(info, "uptime_in_seconds") ?? 0);
    return uptime > longest ? [`no backup, and one should be made every ${schedule?.every}`] : [];
  }
  return backupAge !== undefined && backupAge > longest
    ? [`the newest backup is ${ageText(backupAge)} old, and one should be made every ${schedule?.every}`]
    : [];
}
