import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Duration } from "../../core/duration";
import { formatProblem, InvalidInputError } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { connectRedis, isServersFault, type LiveRedis } from "../live-redis";
import { parseInfo } from "../look/info";
import { memoryAdvice } from "../look/memory-advice";
import {
  checkNewFile,
  growthOf,
  type MemorySnapshot,
  memorySnapshot,
  readSnapshot,
  writeSnapshot,
} from "../look/memory-growth";
import { type HowMany, keySource, readKeys } from "../look/memory-keys";
import { containerMemory, memoryNow } from "../look/memory-now";
import { growthText, memoryKeysText } from "../memory-keys-text";
import { limitData, limitText } from "../memory-limit";
import { memoryNowText } from "../memory-now-text";
import { ServerFault } from "../server-fault";
import { json, type Terminal, visible } from "../terminal";
import { wrapped } from "../wrapped";

export interface MemoryOptions {
  readonly json: boolean;
  /** Left out: the keys are not looked at. */
  readonly keys?: HowMany & {
    /** Time to the second look, which is compared with the first. */
    readonly grow?: Duration;
    /** File of an earlier look, which is compared with this one. */
    readonly since?: string;
    /** New file for this look. */
    readonly saveTo?: string;
  };
}

/**
 * `redis-ops memory`: what the memory of a stack's container is for, and what the running server does with it. Reads only. With
 * `keys`, what the keys take, in place of what the container's memory is for.
 * @throws InvalidInputError where the keys are asked for, and there is no server that answers
 */
export async function memory(
  stack: ResolvedStack,
  options: MemoryOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { id, props } = stack;
  const { keys: asked } = options;
  const { database } = props.client;
  const earlier =
    asked?.since === undefined ? undefined : readSnapshot(asked.since, id, database, new Date());
  if (asked?.saveTo !== undefined) {
    checkNewFile(asked.saveTo);
  }
  const server = await serverOf(stack, asked !== undefined, terminal);
  if ("unknown" in server) {
    print(
      stack,
      { now: server },
      [wrapped(visible(`not known: ${server.unknown}`), 5, "now:")],
      options,
      terminal,
    );
    terminal.err(`the server was not seen. Next: look with bin/redis-ops diagnose ${id}`);
    return ExitCode.ok;
  }
  const { live, container } = server;
  try {
    const now = memoryNow(parseInfo(await live.redis.info()), await containerMemory(container));
    const levels = props.thresholds.memory;
    const advice = memoryAdvice({ now, levels, id });
    const nowText = memoryNowText(now, { maxmemory: props.server.maxmemory.toBytes(), levels }, advice);
    if (asked === undefined) {
      print(stack, { now: { ...now, advice } }, [nowText], options, terminal);
      return ExitCode.ok;
    }
    const { report, growth, snapshot } = await lookAtKeys(stack, live, asked, earlier, terminal);
    print(
      stack,
      { now: { ...now, advice }, keys: { database, ...report }, ...(growth === undefined ? {} : { growth }) },
      [nowText, memoryKeysText(report, database), ...(growth === undefined ? [] : [growthText(growth)])],
      options,
      terminal,
    );
    if (asked.saveTo !== undefined) {
      writeSnapshot(asked.saveTo, snapshot);
    }
    return ExitCode.ok;
  } catch (error) {
    throw isServersFault(error) ? new ServerFault(id, error.message) : error;
  } finally {
    live.close();
  }
}

type Server =
  | { readonly live: LiveRedis; readonly container: Docker.Container }
  | { readonly unknown: string };

async function serverOf(stack: ResolvedStack, mustRun: boolean, terminal: Terminal): Promise<Server> {
  try {
    const docker = await connectEngine(stack.props.docker);
    return {
      live: await connectRedis(docker, stack, { terminal }),
      container: docker.getContainer(stack.props.server.containerName),
    };
  } catch (error) {
    if (mustRun || !(error instanceof InvalidInputError)) {
      throw error;
    }
    return { unknown: error.problems.map(formatProblem).join(" ") };
  }
}

async function lookAtKeys(
  { id, props }: ResolvedStack,
  live: LiveRedis,
  asked: NonNullable<MemoryOptions["keys"]>,
  earlier: MemorySnapshot | undefined,
  terminal: Terminal,
) {
  const source = keySource(live);
  const look = async () => {
    const report = await readKeys(source, props.stores, asked, terminal);
    return { report, snapshot: memorySnapshot(id, props.client.database, new Date(), report) };
  };
  const first = await look();
  if (asked.grow === undefined) {
    return { ...first, growth: earlier === undefined ? undefined : growthOf(earlier, first.snapshot) };
  }
  terminal.err(`looked once, and again in ${asked.grow}`);
  await sleep(asked.grow.toMilliseconds());
  const second = await look();
  return { ...second, growth: growthOf(first.snapshot, second.snapshot) };
}

/** What the container's memory is for is data for scripts always, and for people where they did not ask for the keys. */
function print(
  stack: ResolvedStack,
  more: object,
  texts: readonly string[],
  { json: asJson, keys }: MemoryOptions,
  { out, hasColors = false }: Terminal,
): void {
  if (asJson) {
    out(json({ ...limitData(stack), ...more }));
    return;
  }
  out([keys === undefined ? limitText(stack, hasColors) : stack.id, ...texts].join("\n\n"));
}
