import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { exec } from "../docker-engine";
import { redisCommand } from "../redis-command";
import type { Terminal } from "../terminal";
import { loadedKeys } from "./check-by-loading";
import { RestoreFailed } from "./restore-failed";
import { infoOf, isNotRunning, type RestoreTarget } from "./restore-target";

const script = (name: string) => readFileSync(join(__dirname, name), "utf8");

/** `hold-lock.sh` waits for the end of an exchange, so that it comes to its end though `redis-ops` is killed. */
const EXCHANGE = `touch /tmp/exchanging\ntrap 'rm -f /tmp/exchanging' EXIT\n${script("swap.sh")}`;
const PUT_BACK = `touch /tmp/exchanging\ntrap 'rm -f /tmp/exchanging' EXIT\n${script("put-back.sh")}`;

const POLL_MILLISECONDS = 100;
const ANNOUNCED_SECONDS = 5;
const LOG_LINES = 4;

export interface Exchanged {
  /** From the stop of the server until it was ready with the other data. 0: it did not run before. */
  readonly downtimeSeconds: number;
}

/** Name of the folder that keeps what is there now: `before-restore-20261121T150411Z`. */
export function beforeName(now: Date): string {
  return `before-restore-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;
}

/**
 * Stops the server, exchanges its data for what is staged, starts it, and waits until it is ready with exactly that.
 * `inMeantime` runs between the stop and the exchange. Where anything fails, the old data is put back and started.
 * Ctrl-C and SIGTERM wait for the end.
 * @throws RestoreFailed when the data is the one of before again
 */
export async function exchange(
  target: RestoreTarget,
  lock: Docker.Container,
  before: string,
  inMeantime: () => Promise<number>,
  terminal: Terminal,
): Promise<Exchanged> {
  const wait = () => terminal.err("the data is being exchanged; redis-ops ends when that is done or undone");
  process.on("SIGINT", wait).on("SIGTERM", wait);
  try {
    return await uninterrupted(target, lock, before, inMeantime, terminal);
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", wait);
  }
}

async function uninterrupted(
  target: RestoreTarget,
  lock: Docker.Container,
  before: string,
  inMeantime: () => Promise<number>,
  terminal: Terminal,
): Promise<Exchanged> {
  const wasReady = (await infoOf(target, "server")) !== undefined;
  const stopped = Date.now();
  await stopWithData(target, wasReady, terminal);
  let expectedKeys: number;
  try {
    expectedKeys = await inMeantime();
  } catch (error) {
    if (wasReady) {
      await startAgain(target, terminal);
    }
    throw new RestoreFailed(
      `${messageOf(error)}; nothing was exchanged${wasReady ? ", and the server runs again" : ""}`,
      "take another backup",
    );
  }
  try {
    await succeed(lock, EXCHANGE, "swap", before);
    await target.container.start();
    await untilReady(target, terminal);
    await checkPersistence(target, expectedKeys);
  } catch (error) {
    throw await putBack(target, lock, before, error, wasReady, terminal);
  }
  return { downtimeSeconds: wasReady ? (Date.now() - stopped) / 1000 : 0 };
}

/** Repairs what an exchange left that was killed. */
export async function finishPutBack(lock: Docker.Container): Promise<void> {
  await succeed(lock, PUT_BACK, "put-back");
}

/** With persistence off, nothing would be left of the data to be kept: Redis is told to write it first. */
async function stopWithData(target: RestoreTarget, wasReady: boolean, terminal: Terminal): Promise<void> {
  const { id, container, conf, auth, savesAtStop } = target;
  if (wasReady && !savesAtStop) {
    terminal.err(`${id} has persistence off: writing what it has to dump.rdb, to be kept`);
    const { stdout, stderr } = await redisCommand(container, auth, [conf.commandName("SAVE") ?? "SAVE"]);
    if (stdout.trim() !== "OK") {
      throw new RestoreFailed(
        `the data of now could not be written, so it could not be kept: ${stderr.trim() || stdout.trim()}; nothing was changed`,
        logs(target),
      );
    }
  }
  terminal.err(`stopping ${id}`);
  await stop(target);
  const { State } = await container.inspect();
  // An append-only file is whole at any moment. A snapshot is written while Redis ends.
  if (wasReady && savesAtStop && !target.appendonly && State.ExitCode !== 0) {
    await startAgain(target, terminal);
    throw new RestoreFailed(
      `Redis ended with exit code ${State.ExitCode} before it had written its data; nothing was exchanged, and it was started again`,
      logs(target),
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function logs({ containerName }: RestoreTarget): string {
  return `docker logs --tail 20 ${containerName}`;
}

async function stop({ container, stopSeconds }: RestoreTarget): Promise<void> {
  await container.stop({ t: stopSeconds }).catch((error: unknown) => {
    // 304: it does not run.
    if (!(error instanceof Error && "statusCode" in error && error.statusCode === 304)) {
      throw error;
    }
  });
}

async function startAgain(target: RestoreTarget, terminal: Terminal): Promise<void> {
  await target.container.start();
  await untilReady(target, terminal);
}

async function putBack(
  target: RestoreTarget,
  lock: Docker.Container,
  before: string,
  cause: unknown,
  wasReady: boolean,
  terminal: Terminal,
): Promise<RestoreFailed> {
  const why = messageOf(cause);
  terminal.err(`failed: ${why}`);
  terminal.err("putting the data of before back");
  await stop(target);
  await succeed(lock, PUT_BACK, "put-back", before);
  const { containerName } = target;
  if (!wasReady) {
    return new RestoreFailed(
      `${why}; the data of before is back, and ${containerName} is stopped: it did not answer before either`,
      logs(target),
    );
  }
  try {
    await startAgain(target, terminal);
  } catch (error) {
    const again = messageOf(error);
    return new RestoreFailed(
      `${why}; the data of before is back, but the server does not start with it either: ${again}`,
      logs(target),
    );
  }
  return new RestoreFailed(`${why}; the data of before is back, and the server runs with it`, logs(target));
}

/** Ready: what makes the container healthy succeeds, without the wait for the next probe of the engine. */
async function untilReady(target: RestoreTarget, terminal: Terminal): Promise<void> {
  const { id, container, healthcheck, startSeconds } = target;
  const started = Date.now();
  const first = (await container.inspect()).State.StartedAt;
  for (let announced = 2; ; ) {
    const { State } = await container.inspect();
    if (!State.Running || State.Restarting || State.StartedAt !== first) {
      throw new Error(`the server ended: ${await lastLines(container)}`);
    }
    if (await succeeds(container, healthcheck)) {
      return;
    }
    const seconds = (Date.now() - started) / 1000;
    if (seconds >= startSeconds) {
      throw new Error(`the server was not ready after ${startSeconds} s: ${await lastLines(container)}`);
    }
    if (seconds >= announced) {
      terminal.err(`waiting for ${id} to be ready, ${Math.floor(seconds)} s of at most ${startSeconds} s`);
      announced = seconds + ANNOUNCED_SECONDS;
    }
    await sleep(POLL_MILLISECONDS);
  }
}

async function succeeds(container: Docker.Container, command: readonly string[]): Promise<boolean> {
  try {
    return (await exec(container, command)).exitCode === 0;
  } catch (error) {
    if (isNotRunning(error)) {
      return false;
    }
    throw error;
  }
}

async function lastLines(container: Docker.Container): Promise<string> {
  const frames = await container.logs({ stdout: true, stderr: true, tail: LOG_LINES });
  const lines: string[] = [];
  // Each line is a frame: channel, three zeros, length, content.
  for (let at = 0; at + 8 <= frames.length; at += 8 + frames.readUInt32BE(at + 4)) {
    lines.push(
      frames
        .subarray(at + 8, at + 8 + frames.readUInt32BE(at + 4))
        .toString("utf8")
        .trim(),
    );
  }
  return lines.join("; ");
}

/** Clients may write by now. What the start has found in the files, and how it goes on, no client changes. */
async function checkPersistence(target: RestoreTarget, expectedKeys: number): Promise<void> {
  const info = (await infoOf(target, "persistence")) ?? "";
  const value = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1];
  const loaded = loadedKeys(info);
  if (loaded !== expectedKeys) {
    throw new Error(`the server has loaded ${loaded} keys, expected ${expectedKeys}`);
  }
  for (const [name, expected] of [
    ["loading", "0"],
    ["aof_enabled", target.appendonly ? "1" : "0"],
    ["rdb_last_bgsave_status", "ok"],
    ["aof_last_write_status", "ok"],
  ] as const) {
    if (value(name) !== expected) {
      throw new Error(`the server says ${name}:${value(name)}, expected ${expected}`);
    }
  }
}

async function succeed(
  lock: Docker.Container,
  text: string,
  name: string,
  ...words: readonly string[]
): Promise<void> {
  const { exitCode, stdout, stderr } = await exec(lock, ["sh", "-c", text, name, ...words]);
  if (exitCode !== 0) {
    throw new Error(
      `the data could not be moved: ${stderr.trim() || stdout.trim() || `exit code ${exitCode}`}`,
    );
  }
}
