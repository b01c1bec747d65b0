import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { SavePoint } from "../../core/redis-stack-props";
import type { DeployedConf } from "../backup/deployed";
import { exec } from "../docker-engine";
import { redisCommand } from "../redis-command";
import type { Terminal } from "../terminal";
import { plain } from "./data-files";
import { authOf, info, isRewritten } from "./facts";

/** A running server, and the configuration that it was deployed with. */
export interface RunningServer {
  readonly container: Docker.Container;
  readonly conf: DeployedConf;
}

/** A step of a safe sequence did not do what it must; what the server was told before was taken back. */
export class SequenceFailed extends Error {}

/** Switches the append-only file on, and returns when everything is in it. */
export async function switchAofOn(server: RunningServer, terminal: Terminal): Promise<void> {
  await command(server, "CONFIG", "SET", "appendonly", "yes");
  try {
    await untilRewritten(server, "writing the append-only file", terminal);
  } catch (error) {
    await command(server, "CONFIG", "SET", "appendonly", "no");
    throw error;
  }
}

/**
 * Switches the append-only file off, writes a snapshot, and moves the append-only set aside, where nothing loads it when it
 * is switched on again. A stop writes a snapshot as well, so that no write before it is missing.
 */
export async function switchAofOff(
  server: RunningServer,
  save: readonly SavePoint[],
  terminal: Terminal,
): Promise<void> {
  const points = save.map(({ after, changes }) => `${after.toSeconds()} ${changes}`).join(" ");
  await command(server, "CONFIG", "SET", "save", points === "" ? "3600 1" : points);
  await command(server, "CONFIG", "SET", "appendonly", "no");
  try {
    await writeSnapshot(server, terminal);
  } catch (error) {
    await switchAofOn(server, terminal);
    throw error;
  }
  const folder = `/data/${plain(server.conf.directive("appenddirname")) ?? "appendonlydir"}`;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const { exitCode, stderr } = await exec(server.container, ["mv", folder, `${folder}.off-${time}`]);
  if (exitCode !== 0) {
    throw new SequenceFailed(stderr.trim());
  }
}

/** Writes the append-only file anew, without the commands that led to its data. */
export async function rewriteAof(server: RunningServer, terminal: Terminal): Promise<void> {
  await untilIdle(server, terminal);
  await command(server, "BGREWRITEAOF");
  await untilRewritten(server, "rewriting the append-only file", terminal);
}

async function writeSnapshot(server: RunningServer, terminal: Terminal): Promise<void> {
  await untilIdle(server, terminal);
  await command(server, "BGSAVE");
  await until(server, "writing a snapshot", terminal, (fields) => {
    if (fields.get("rdb_bgsave_in_progress") !== "0") {
      return false;
    }
    if (fields.get("rdb_last_bgsave_status") !== "ok") {
      throw new SequenceFailed("the snapshot could not be written; docker logs says why");
    }
    return true;
  });
}

async function untilRewritten(server: RunningServer, doing: string, terminal: Terminal): Promise<void> {
  let failuresBefore: string | undefined;
  await until(server, doing, terminal, (fields) => {
    const failures = fields.get("aof_rewrites_consecutive_failures") ?? "0";
    failuresBefore ??= failures;
    if (Number(failures) > Number(failuresBefore)) {
      throw new SequenceFailed("the append-only file could not be written; docker logs says why");
    }
    return isRewritten(fields);
  });
}

const isIdle = (fields: ReadonlyMap<string, string>) =>
  ["rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled"].every(
    (name) => fields.get(name) === "0",
  );

function untilIdle(server: RunningServer, terminal: Terminal): Promise<void> {
  return until(server, "waiting for another snapshot or rewrite", terminal, isIdle);
}

async function until(
  { container, conf }: RunningServer,
  doing: string,
  terminal: Terminal,
  isDone: (fields: ReadonlyMap<string, string>) => boolean,
): Promise<void> {
  const started = Date.now();
  for (let announced = 2; ; await sleep(200)) {
    const fields = await info(container, conf);
    if (typeof fields === "string") {
      throw new SequenceFailed(fields);
    }
    if (isDone(fields)) {
      return;
    }
    const seconds = Math.floor((Date.now() - started) / 1000);
    if (seconds >= announced) {
      terminal.err(`${doing}: ${seconds} s`);
      announced = seconds + 5;
    }
  }
}

async function command(
  { container, conf }: RunningServer,
  name: string,
  ...argv: readonly string[]
): Promise<void> {
  const { exitCode, stdout, stderr } = await redisCommand(container, authOf(conf), [
    conf.commandName(name) ?? name,
    ...argv,
  ]);
  if (exitCode !== 0) {
    throw new SequenceFailed(`${name} ${argv.join(" ")}: ${stderr.trim() || stdout.trim()}`);
  }
}
