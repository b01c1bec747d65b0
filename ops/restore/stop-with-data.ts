import type Docker from "dockerode";
import { redisCommand } from "../redis-command";
import type { Terminal } from "../terminal";
import { RestoreFailed } from "./restore-failed";
import { infoOf, type PresentData, type RestoreTarget } from "./restore-target";

/** How the server is stopped so that all of its data is in its files. */
export interface StopPlan {
  /** Whether it answers. One that does not is stopped as it is. */
  readonly wasReady: boolean;
  /** Whether it writes `dump.rdb` while it ends, which its exit code tells. */
  readonly writesAtStop: boolean;
}

/**
 * Makes sure that nothing is lost by a stop. With persistence off, Redis is told to write what it has, and takes no more
 * writes from then on. What the server was told since its start counts, not its redis.conf.
 * @throws RestoreFailed where that cannot be: nothing was changed, and the server runs on
 */
export async function prepareStop(
  target: RestoreTarget,
  { databases }: Pick<PresentData, "databases">,
  terminal: Terminal,
): Promise<StopPlan> {
  const info = await infoOf(target, "persistence");
  if (info === undefined) {
    if (databases !== undefined) {
      throw unchanged(
        target,
        "the server does not answer any more, so it is not known whether its data is in its files",
      );
    }
    return { wasReady: false, writesAtStop: false };
  }
  const isAppending = /^aof_enabled:1/m.test(info);
  if (isAppending !== target.appendonly) {
    const [runs, starts] = target.appendonly ? ["no", "yes"] : ["yes", "no"];
    throw unchanged(
      target,
      `the server runs with appendonly ${runs}, and would start with ${starts} and other data`,
    );
  }
  const writesAtStop = !isAppending && (await hasSavePoints(target));
  if (!isAppending && !writesAtStop) {
    terminal.err(`${target.id} has persistence off: writing what it has to dump.rdb, to be kept`);
    await saveAndHoldWrites(target);
  }
  return { wasReady: true, writesAtStop };
}

async function hasSavePoints(target: RestoreTarget): Promise<boolean> {
  const config = target.conf.commandName("CONFIG");
  if (config === undefined) {
    // Nobody can have changed them.
    return target.saves;
  }
  const [name, value = ""] = (await answer(target, config, "GET", "save")).split("\n");
  if (name?.trim() !== "save") {
    throw unchanged(target, "the server does not tell its save points");
  }
  return value.trim() !== "";
}

/** Clients that write wait, and lose their connection when the server ends: no write is acknowledged that is not kept. */
async function saveAndHoldWrites(target: RestoreTarget): Promise<void> {
  const milliseconds = `${(target.startSeconds + target.stopSeconds) * 1000}`;
  const hold = () => succeed(target, "CLIENT", "PAUSE", milliseconds, "WRITE");
  try {
    await hold();
    await succeed(target, "SAVE");
    // Again, since the time to save is not known before.
    await hold();
    if (!/^rdb_changes_since_last_save:0\r?$/m.test(await answer(target, "INFO", "persistence"))) {
      throw unchanged(target, "the server took writes while its data was written");
    }
  } catch (error) {
    await answer(target, "CLIENT", "UNPAUSE").catch(() => undefined);
    throw error;
  }
}

async function succeed(target: RestoreTarget, ...command: readonly string[]): Promise<void> {
  const said = (await answer(target, ...command)).trim();
  if (said !== "OK") {
    throw unchanged(target, `the data of now could not be written, so it could not be kept: ${said}`);
  }
}

/** What Redis says, its errors too. */
async function answer(target: RestoreTarget, ...command: readonly string[]): Promise<string> {
  const { stdout, stderr } = await redisCommand(target.container, target.auth, command).catch(
    (error: unknown) => {
      throw unchanged(target, messageOf(error));
    },
  );
  return stdout.trim() === "" ? stderr : stdout;
}

function unchanged(target: RestoreTarget, why: string): RestoreFailed {
  return new RestoreFailed(`${why}; nothing was changed`, logs(target));
}

/** @throws Error where the snapshot that is written at the end was not */
export async function stopWithData(
  target: RestoreTarget,
  { writesAtStop }: StopPlan,
  terminal: Terminal,
): Promise<void> {
  if ((await target.container.inspect()).State.Running) {
    terminal.err(`stopping ${target.id}`);
  }
  await stop(target);
  const { State } = await target.container.inspect();
  if (writesAtStop && State.ExitCode !== 0) {
    throw new Error(`Redis ended with exit code ${State.ExitCode} before it had written its data`);
  }
}

export async function stop({ container, stopSeconds }: RestoreTarget): Promise<void> {
  await unlessAlready(container.stop({ t: stopSeconds }));
}

export async function start({ container }: { readonly container: Docker.Container }): Promise<void> {
  await unlessAlready(container.start());
}

/** 304: it does not run, or runs, already. */
async function unlessAlready(change: Promise<unknown>): Promise<void> {
  await change.catch((error: unknown) => {
    if (!(error instanceof Error && "statusCode" in error && error.statusCode === 304)) {
      throw error;
    }
  });
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function logs({ containerName }: RestoreTarget): string {
  return `docker logs --tail 20 ${containerName}`;
}
