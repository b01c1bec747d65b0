import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { SavePoint } from "../../core/redis-stack-props";
import type { DeployedConf } from "../backup/deployed";
import { exec } from "../docker-engine";
import { redisCommand } from "../redis-command";
import type { Terminal } from "../terminal";
import { plain } from "./data-files";
import { authOf, info, isRewritten, liveSave } from "./facts";

/** A running server, and the configuration that it was deployed with. */
export interface RunningServer {
  readonly container: Docker.Container;
  readonly conf: DeployedConf;
}

/** A safe sequence did not come to its end. The message says why, what was put back, and what was not. */
export class SequenceFailed extends Error {}

/** One step of a safe sequence; the steps after it may fail. */
interface Step {
  readonly run: () => Promise<void>;
  /** What it is put back to. Done twice, it is the same. @default - nothing is to be put back */
  readonly back?: { readonly to: () => string; readonly run: () => Promise<void> };
}

/**
 * The steps in their order. When one fails, those before it are put back, the last one first, up to the first that cannot
 * be: where the append-only file stays off, its save points have to stay, or a stop writes nothing.
 */
async function inSteps(steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.run();
    } catch (error) {
      const done = steps.slice(0, index).reverse();
      throw new SequenceFailed(`${messageOf(error)}; ${await putBack(done)}`, { cause: error });
    }
  }
}

async function putBack(steps: readonly Step[]): Promise<string> {
  const backs = steps.flatMap(({ back }) => (back === undefined ? [] : [back]));
  const names = () => backs.map(({ to }) => to());
  for (const [index, { to, run }] of backs.entries()) {
    try {
      await run();
    } catch (error) {
      const done = index === 0 ? "" : `put back: ${names().slice(0, index).join(", ")}; `;
      const rest = names().slice(index + 1);
      return `${done}not put back: ${[`${to()} (${messageOf(error)})`, ...rest].join(", ")}`;
    }
  }
  return backs.length === 0 ? "nothing had been switched" : `put back: ${names().join(", ")}`;
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Switches the append-only file on, and returns when everything is in it. */
export function switchAofOn(server: RunningServer, terminal: Terminal): Promise<void> {
  return inSteps([
    {
      run: () => command(server, "CONFIG", "SET", "appendonly", "yes"),
      back: { to: () => "appendonly no", run: () => command(server, "CONFIG", "SET", "appendonly", "no") },
    },
    { run: () => untilRewritten(server, "writing the append-only file", terminal) },
  ]);
}

/**
 * Switches the append-only file off, writes a snapshot, and moves the append-only set aside, where nothing loads it when it
 * is switched on again. A stop writes a snapshot as well, so that no write before it is missing.
 */
export function switchAofOff(
  server: RunningServer,
  save: readonly SavePoint[],
  terminal: Terminal,
): Promise<void> {
  const points = save.map(({ after, changes }) => `${after.toSeconds()} ${changes}`).join(" ");
  let before = "";
  return inSteps([
    {
      run: async () => {
        before = await saveOf(server);
        await command(server, "CONFIG", "SET", "save", points === "" ? "3600 1" : points);
      },
      back: {
        to: () => `save "${before}"`,
        run: () => command(server, "CONFIG", "SET", "save", before),
      },
    },
    {
      run: () => command(server, "CONFIG", "SET", "appendonly", "no"),
      back: { to: () => "appendonly yes", run: () => switchAofOn(server, terminal) },
    },
    { run: () => writeSnapshot(server, terminal) },
    { run: () => moveAside(server, terminal) },
  ]);
}

/** Writes the append-only file anew, without the commands that led to its data. */
export function rewriteAof(server: RunningServer, terminal: Terminal): Promise<void> {
  return inSteps([
    {
      run: async () => {
        await untilIdle(server, terminal);
        await command(server, "BGREWRITEAOF");
        await untilRewritten(server, "rewriting the append-only file", terminal);
      },
    },
  ]);
}

async function saveOf({ container, conf }: RunningServer): Promise<string> {
  const answer = await liveSave(container, conf);
  if ("refusal" in answer) {
    throw new SequenceFailed(answer.refusal);
  }
  return answer.save;
}

async function moveAside({ container, conf }: RunningServer, terminal: Terminal): Promise<void> {
  const folder = `/data/${plain(conf.directive("appenddirname")) ?? "appendonlydir"}`;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const kept = `${folder}.off-${time}`;
  const { exitCode, stderr } = await exec(container, ["mv", folder, kept]);
  if (exitCode !== 0) {
    throw new SequenceFailed(stderr.trim());
  }
  terminal.err(
    `the append-only set is kept as ${kept} in the data volume; when it is not needed any more: ` +
      `docker exec ${container.id} rm -r ${kept}`,
  );
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
    throw new SequenceFailed(`${[name, ...argv].join(" ")}: ${stderr.trim() || stdout.trim()}`);
  }
}
