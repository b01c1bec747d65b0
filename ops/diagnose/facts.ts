import type { RedisStackProps } from "../../core/redis-stack-props";
import type { Info } from "../look/info";
import type { SecretState } from "../stack-secrets";
import type { Finding } from "../try-published-ports";

/** What one source said; `unknown`: why it did not, in words that can follow a colon. */
export type Fact<T> = { readonly value: T } | { readonly unknown: string };

/** The value of a fact, where it is known. */
export function known<T>(fact: Fact<T>): T | undefined {
  return "value" in fact ? fact.value : undefined;
}

/** Everything that `redis-ops diagnose` looks at, gathered once. Plain data: judges read nothing else. */
export interface Facts {
  readonly id: string;
  /** What the stack is configured with. */
  readonly props: RedisStackProps;
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly container: Fact<ContainerFacts | "none">;
  /** The newest lines of the container's own log. */
  readonly log: Fact<readonly LogLine[]>;
  /** When the engine told of a process of the container killed for memory, in the last 24 hours, in milliseconds since 1970. */
  readonly oomEvents: Fact<readonly number[]>;
  /** Seen from inside the running container. */
  readonly inside: Fact<InsideFacts>;
  readonly volume: Fact<VolumeFacts | "none">;
  /** What user `ops` got for PING, with the time limit of `PING_SECONDS`. */
  readonly answer: Fact<Answer>;
  readonly info: Fact<Info>;
  /** `evicted_keys` a second after `info`. */
  readonly evictedLater: Fact<number>;
  readonly slowlog: Fact<readonly SlowCommand[]>;
  readonly aclLog: Fact<readonly RefusedLogin[]>;
  /** Whether the server's users have the passwords that are in the volume; empty without passwords. */
  readonly passwords: Fact<readonly PasswordFact[]>;
  readonly secrets: Fact<readonly SecretState[]>;
  /** What the engine's own programs say of the files that are loaded at the next start. Only of a server that does not run. */
  readonly dataFiles: Fact<readonly Finding[]>;
  /** Undefined: the stack has none. */
  readonly exporter: Fact<ContainerFacts | "none" | undefined>;
  /** What the exporter's port says, such as `redis_up 1`. */
  readonly metrics: Fact<string>;
  /** The container of scheduled backups; undefined: the stack has none. */
  readonly schedule: Fact<ContainerFacts | "none" | undefined>;
  /** The newest lines of its log; none where the stack has no schedule. */
  readonly scheduleLog: Fact<readonly LogLine[]>;
  readonly backups: Fact<BackupFacts>;
}

export interface ContainerFacts {
  /** Docker's word: created, running, paused, restarting, removing, exited, dead. */
  readonly status: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** What the engine itself could not do, such as `port is already allocated`. */
  readonly error: string;
  readonly restartCount: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  /** healthy, unhealthy, starting or none. */
  readonly health: string;
  /** What the last health check printed. */
  readonly probe: string;
  readonly image: string;
  /** In bytes; 0: none. */
  readonly memoryLimit: number;
  readonly networks: readonly string[];
}

export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** Sizes in bytes. What this kernel does not tell is left out. */
export interface InsideFacts {
  /** State of process 1, as the kernel writes it: `R` runs, `S` sleeps, `D` waits for a disk, `T` is stopped. */
  readonly processState?: string;
  readonly overcommit?: string;
  readonly memTotal?: number;
  readonly memAvailable?: number;
  /** Memory of the container that cannot be given back: without the cache of files. */
  readonly memoryUsed?: number;
  /** Processes of the container that the kernel has killed for memory since it was started. */
  readonly oomKills?: number;
  readonly cpuPeriods?: number;
  readonly cpuThrottled?: number;
  /** Open connections to Redis by the address of who holds them, most first. */
  readonly peers: readonly Peer[];
}

export interface Peer {
  readonly address: string;
  readonly connections: number;
}

/** Sizes in bytes. */
export interface VolumeFacts {
  readonly total: number;
  readonly free: number;
  readonly freeInodes?: number;
  /** Paths below /data that the server's user cannot write. */
  readonly unwritable: readonly string[];
  readonly readOnly: boolean;
}

/** Which kind of answer a PING got, and what was said. */
export interface Answer {
  readonly kind:
    | "pong"
    | "loading"
    | "busy"
    | "misconf"
    | "denied"
    | "max-clients"
    | "refused"
    | "silence"
    | "other";
  readonly said: string;
}

/** One entry of the slow log, without the keys and values of its command. */
export interface SlowCommand {
  readonly at: number;
  readonly microseconds: number;
  /** Such as `LRANGE with 3 arguments`. */
  readonly command: string;
  readonly client: string;
}

export interface RefusedLogin {
  readonly user: string;
  readonly address: string;
  readonly count: number;
  readonly secondsAgo: number;
}

export interface PasswordFact {
  readonly user: string;
  readonly file: string;
  readonly isSame: boolean;
}

export interface BackupFacts {
  readonly count: number;
  /** Age of the newest; undefined: there is none. */
  readonly newestSeconds?: number;
  /** What stores said that could not be asked. */
  readonly failures: readonly string[];
}

/** Longest wait for PING: a server that runs a script says BUSY only after 5 s (busy-reply-threshold). */
export const PING_SECONDS = 8;

/** The container, where there is one; undefined where there is none, or that is not known. */
export function containerOf(facts: Facts): ContainerFacts | undefined {
  const container = known(facts.container);
  return container === "none" ? undefined : container;
}

/** Whether the server's process should be there: it runs, and is not being started again over and over. */
export function isUp(facts: Facts): boolean {
  return containerOf(facts)?.status === "running" && !isLooping(facts);
}

/** Time after which Docker itself takes a start for a good one. */
const GOOD_START_MS = 10_000;

/** Whether the server ends soon after each start, and Docker starts it again. */
export function isLooping(facts: Facts): boolean {
  const container = containerOf(facts);
  return (
    container !== undefined &&
    (container.status === "restarting" ||
      (container.status === "running" &&
        container.restartCount > 0 &&
        container.health !== "healthy" &&
        facts.now - container.startedAt < GOOD_START_MS))
  );
}

/** The engine notes a start a moment after the process has begun to write. */
const NOTED_MS = 1000;

/** What Redis writes first. */
const FIRST_LINE = /oO0OoO0OoO0Oo Redis is starting/;

/**
 * What the container wrote since its last start; of one that is started over and over, in its newest attempt that has ended
 * and since. Where that attempt did not come as far as Redis, in the time of a short one.
 */
export function linesOfStart(facts: Facts): readonly LogLine[] {
  const { status, startedAt = 0, finishedAt = 0 } = containerOf(facts) ?? {};
  const lines = known(facts.log) ?? [];
  const ofAttempt = () =>
    lines.filter(({ at, text }) => at <= finishedAt && FIRST_LINE.test(text)).map(({ at }) => at);
  const since = !isLooping(facts)
    ? startedAt
    : status === "restarting"
      ? startedAt - NOTED_MS
      : Math.max(finishedAt - GOOD_START_MS, ...ofAttempt());
  return lines.filter(({ at }) => at >= since);
}
