import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { findBackups } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { isOfFuture } from "../backup/retention";
import { dockerEngine, isNotFound } from "../docker-engine";
import { connectRedis, type LiveRedis } from "../live-redis";
import { type Info, parseInfo } from "./info";
import {
  containerState,
  judgeStack,
  NO_ENGINE,
  NOT_DEPLOYED,
  refusalState,
  type StackStatus,
} from "./stack-status";

/** How long Docker and Redis may take to answer, each; and the places of backups, which may be in a volume or far away. */
const LIMIT_MS = 3000;
const BACKUPS_LIMIT_MS = 6000;
/** Backups are looked for once in this time, however often the rest is. */
const BACKUPS_EVERY_MS = 60_000;

/** Of a container that the stack does not have. */
const RUNS = { state: "", isRunning: true } as const;

/** Looks at one stack as often as it is asked to, over one connection, which is made anew when it is gone. Never throws for what is away. */
export class StackReader {
  private readonly docker: Docker;
  private live: LiveRedis | undefined;
  private before: Info | undefined;
  private backups: { readonly until: number; readonly startedAt: number | null } | undefined;

  constructor(private readonly stack: ResolvedStack) {
    this.docker = dockerEngine(stack.props.docker);
  }

  async read(): Promise<StackStatus> {
    const { id, props } = this.stack;
    const { state, isRunning } = await this.container();
    if (!isRunning) {
      this.close();
    }
    const isThere = state !== NO_ENGINE && state !== NOT_DEPLOYED;
    const [answer, backupAge, beside] = await Promise.all([
      isRunning ? this.info() : undefined,
      isThere ? this.backupAge() : undefined,
      isThere ? this.beside() : [],
    ]);
    const info = typeof answer === "string" ? undefined : answer;
    const facts = {
      state: typeof answer === "string" ? answer : state,
      ...(info === undefined ? {} : { info }),
      ...(backupAge === undefined ? {} : { backupAge }),
      beside,
    };
    const status = judgeStack(id, props, facts, this.before);
    this.before = info;
    return status;
  }

  close(): void {
    this.live?.close();
    this.live = undefined;
    this.before = undefined;
  }

  /** What does not run of the exporter and the container that makes backups. An engine that does not say is told elsewhere. */
  private async beside(): Promise<readonly string[]> {
    const { exporter, backups } = this.stack.props;
    const containers = [
      ["exporter", exporter?.containerName],
      ["container of backups", backups.schedule?.containerName],
    ] as const;
    const looks = containers.map(async ([what, name]) => {
      const { state, isRunning } = name === undefined ? RUNS : await this.container(name);
      return isRunning || state === NO_ENGINE
        ? []
        : [`${what} ${name}: ${state === NOT_DEPLOYED ? "not there" : state}`];
    });
    return (await Promise.all(looks)).flat();
  }

  private async container(
    name = this.stack.props.server.containerName,
  ): Promise<{ readonly state: string; readonly isRunning: boolean }> {
    const container = this.docker.getContainer(name);
    try {
      const found = await container.inspect({ abortSignal: AbortSignal.timeout(LIMIT_MS) });
      const { Status } = found.State;
      return { state: containerState(found), isRunning: Status === "running" };
    } catch (error) {
      return { state: isNotFound(error) ? NOT_DEPLOYED : NO_ENGINE, isRunning: false };
    }
  }

  /** What INFO says, or in two words why not. A connection that was lost since the last look gets a second try. */
  private async info(): Promise<Info | string> {
    const isReused = this.live !== undefined;
    try {
      this.live ??= await inTime(this.connected(), LIMIT_MS, (live) => live.close());
      return parseInfo(await inTime(this.live.redis.info(), LIMIT_MS));
    } catch (error) {
      this.close();
      return isReused ? this.info() : refusalState(textOf(error));
    }
  }

  private connected(): Promise<LiveRedis> {
    return connectRedis(this.docker, this.stack, { timeoutMs: LIMIT_MS });
  }

  private async backupAge(): Promise<number | null | undefined> {
    const now = Date.now();
    if (this.backups === undefined || this.backups.until < now) {
      try {
        const startedAt = await inTime(this.newestBackup(), BACKUPS_LIMIT_MS);
        this.backups = { until: now + BACKUPS_EVERY_MS, startedAt };
      } catch {
        return undefined; // told as not known
      }
    }
    const { startedAt } = this.backups;
    return startedAt === null ? null : Math.max(0, (now - startedAt) / 1000);
  }

  private async newestBackup(): Promise<number | null> {
    const { good, failures } = await findBackups(
      readingStores(this.stack, undefined, this.docker),
      this.stack.id,
    );
    const newest = good.find(({ manifest }) => !isOfFuture(manifest, new Date()));
    if (newest === undefined && failures.length > 0) {
      throw failures[0];
    }
    return newest === undefined ? null : Date.parse(newest.manifest.startedAt);
  }
}

function textOf(error: unknown): string {
  return error instanceof InvalidInputError
    ? error.problems.map(({ got }) => got).join(" ")
    : `${error instanceof Error ? error.message : error}`;
}

/** @param late gets what came after the limit, to close it */
async function inTime<T>(
  work: Promise<T>,
  limitMs: number,
  late: (value: T) => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  work.then(
    (value) => isLate && late(value),
    () => undefined, // told to whoever awaits it, or too late
  );
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          isLate = true;
          reject(new Error(`no answer within ${limitMs / 1000} s`));
        }, limitMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
