import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { exec } from "../docker-engine";
import type { Terminal } from "../terminal";
import { loadedKeys } from "./check-by-loading";
import { RestoreFailed } from "./restore-failed";
import { infoOf, isNoAnswer, type KeptData, type PresentData, type RestoreTarget } from "./restore-target";
import { NotStaged } from "./stage-backup";
import { logs, messageOf, prepareStop, type StopPlan, start, stop, stopWithData } from "./stop-with-data";

const script = (name: string) => readFileSync(join(__dirname, name), "utf8");

/** `hold-lock.sh` waits for the end of an exchange, so that it comes to its end though `redis-ops` is killed. */
const EXCHANGE = `touch /tmp/exchanging\ntrap 'rm -f /tmp/exchanging' EXIT\n${script("swap.sh")}`;
const PUT_BACK = `touch /tmp/exchanging\ntrap 'rm -f /tmp/exchanging' EXIT\n${script("put-back.sh")}`;

const POLL_MILLISECONDS = 100;
const ANNOUNCED_SECONDS = 5;
const LOG_LINES = 4;
/** Of swap.sh. */
const NOTHING_MOVED = 3;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The exchange ended before its first move. */
class NothingMoved extends Error {}

export interface Exchanged {
  /** From the stop of the server until it was ready with the other data. 0: it did not run before. */
  readonly downtimeSeconds: number;
}

/** What an exchange needs to know. */
export interface ExchangeRun {
  readonly target: RestoreTarget;
  readonly lock: Docker.Container;
  readonly present: Pick<PresentData, "databases">;
  readonly terminal: Terminal;
}

/** Name of the folder that keeps what is there now: `before-restore-20261121T150411Z`, or of a later second that is free. */
export function beforeName(now: Date, kept: readonly Pick<KeptData, "name">[]): string {
  const name = `before-restore-${now.toISOString().replace(/[-:]|\.\d+/g, "")}`;
  return kept.some((one) => one.name === name) ? beforeName(new Date(now.getTime() + 1000), kept) : name;
}

/**
 * Stops the server, exchanges its data for what is staged, starts it, and waits until it is ready with exactly that.
 * `inMeantime` runs between the stop and the exchange. Where anything fails, the old data is put back and started.
 * Ctrl-C, SIGTERM and the loss of the terminal wait for the end.
 * @throws RestoreFailed, which says what the data is and whether the server runs
 */
export async function exchange(
  run: ExchangeRun,
  before: string,
  inMeantime: () => Promise<number>,
): Promise<Exchanged> {
  const wait = () =>
    run.terminal.err("the data is being exchanged; redis-ops ends when that is done or undone");
  for (const signal of SIGNALS) {
    process.on(signal, wait);
  }
  try {
    return await uninterrupted(run, before, inMeantime);
  } finally {
    for (const signal of SIGNALS) {
      process.off(signal, wait);
    }
  }
}

async function uninterrupted(
  run: ExchangeRun,
  before: string,
  inMeantime: () => Promise<number>,
): Promise<Exchanged> {
  const { target, lock, present, terminal } = run;
  const plan = await prepareStop(target, present, terminal);
  const stopped = Date.now();
  let expectedKeys: number;
  try {
    await stopWithData(target, plan, terminal);
    expectedKeys = await inMeantime();
  } catch (error) {
    throw await notExchanged(run, error, plan);
  }
  try {
    await succeed(lock, EXCHANGE, "swap", before);
    await target.container.start();
    await untilReady(target, terminal);
    await checkPersistence(target, expectedKeys);
  } catch (error) {
    throw error instanceof NothingMoved
      ? await notExchanged(run, error, plan)
      : await putBack(run, before, error, plan);
  }
  return { downtimeSeconds: plan.wasReady ? (Date.now() - stopped) / 1000 : 0 };
}

/**
 * Repairs what an exchange left that was killed.
 * @throws RestoreFailed where its journal cannot be followed
 */
export async function finishPutBack({ volume }: RestoreTarget, lock: Docker.Container): Promise<void> {
  try {
    await succeed(lock, PUT_BACK, "put-back");
  } catch (error) {
    throw new RestoreFailed(
      `the data of before an interrupted restore is not back: ${messageOf(error)}`,
      `look at the file restore-in-progress in the volume ${volume}: it names the folder that has the data of before`,
    );
  }
}

async function notExchanged(
  { target, terminal }: ExchangeRun,
  cause: unknown,
  { wasReady }: StopPlan,
): Promise<RestoreFailed> {
  const why = `${messageOf(cause)}; nothing was exchanged`;
  const next = cause instanceof NotStaged ? "take another backup" : logs(target);
  if (!wasReady) {
    return new RestoreFailed(why, next);
  }
  try {
    await startAgain(target, terminal);
  } catch (error) {
    return new RestoreFailed(
      `${why}, and ${target.containerName} is stopped: ${messageOf(error)}`,
      `docker start ${target.containerName} starts it with the data of before`,
    );
  }
  return new RestoreFailed(`${why}, and the server runs again`, next);
}

async function startAgain(target: RestoreTarget, terminal: Terminal): Promise<void> {
  await start(target);
  await untilReady(target, terminal);
}

async function putBack(
  { target, lock, terminal }: ExchangeRun,
  before: string,
  cause: unknown,
  { wasReady }: StopPlan,
): Promise<RestoreFailed> {
  const { id, containerName } = target;
  const why = messageOf(cause);
  terminal.err(`failed: ${why}`);
  terminal.err("putting the data of before back");
  try {
    await stop(target);
    await succeed(lock, PUT_BACK, "put-back", before);
  } catch (error) {
    return new RestoreFailed(
      `${why}; the data of before is not back: ${messageOf(error)}; ${containerName} is stopped`,
      `docker start ${containerName} puts it back; where the exchange was done already, bin/redis-ops restore ${id} --undo does`,
    );
  }
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
    if (isNoAnswer(error)) {
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
    const why = `the data could not be moved: ${stderr.trim() || stdout.trim() || `exit code ${exitCode}`}`;
    throw exitCode === NOTHING_MOVED ? new NothingMoved(why) : new Error(why);
  }
}
