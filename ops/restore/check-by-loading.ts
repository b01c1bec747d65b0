import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import {
  type DatabaseKeys,
  differences,
  type LoadedServer,
  parseKeyspace,
} from "../backup/compare-with-manifest";
import type { DeployedConf } from "../backup/deployed";
import { exec } from "../docker-engine";
import { withThrowAway } from "../docker-run";
import type { Terminal } from "../terminal";
import { isNoAnswer, type RestoreTarget } from "./restore-target";
import { dropAof, type Expected, NotStaged, STAGING } from "./stage-backup";

const CHECK_SERVER = readFileSync(join(__dirname, "check-server.sh"), "utf8");
const SOCKET = "/tmp/redis.sock";
const LOG = `${STAGING}/check.log`;
const POLL_MILLISECONDS = 100;
const ANNOUNCED_SECONDS = 5;
const KILLED = 137;
/** In place of an exit code: the engine has removed the container before it could be asked. */
const GONE = -1;

export interface Loaded {
  readonly databases: readonly DatabaseKeys[];
  /** Keys that were in the files, those that had expired too: `loadedKeys` of the real server must say the same. */
  readonly loadedKeys: number;
  readonly seconds: number;
}

/**
 * Loads what is staged in a server of its own, on the staged files themselves, with the stack's image, redis.conf and limit
 * of memory, and compares it with what the backup has. An append-only set gets the empty file that the real server would
 * add, and nothing else. With `toSnapshot` the server writes `dump.rdb`, which then takes the place of the set.
 * @throws NotStaged when it does not load or is something else
 */
export async function checkByLoading(
  docker: Docker,
  target: RestoreTarget,
  lock: Docker.Container,
  expected: Expected,
  { isAof, toSnapshot }: { readonly isAof: boolean; readonly toSnapshot: boolean },
  terminal: Terminal,
): Promise<Loaded> {
  const conf = checkConf(target.conf, isAof);
  const loaded = await withThrowAway(
    docker,
    {
      image: target.image,
      argv: ["sh", "-c", CHECK_SERVER, "check-server", conf],
      binds: [`${target.volume}:/data`],
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m,mode=1777" },
      memory: target.memoryLimit,
    },
    async (container) => {
      const ended = container.wait().catch(() => ({ StatusCode: GONE }));
      const server = serverIn(container, target.conf, isAof);
      const seconds = await untilLoaded(server, ended, lock, target, terminal);
      const found = await differences(expected, server);
      if (found.length > 0) {
        throw new NotStaged(`the backup is not what its manifest says: ${found.join("; ")}`);
      }
      const info = await server.command("INFO", "persistence");
      const result = { databases: await server.keyspace(), loadedKeys: loadedKeys(info.stdout), seconds };
      if (toSnapshot) {
        const { stdout, stderr } = await server.command("SAVE");
        if (stdout.trim() !== "OK") {
          throw new NotStaged(`the snapshot could not be written: ${stderr.trim() || stdout.trim()}`);
        }
      }
      await container.stop({ t: target.stopSeconds }).catch((error: unknown) => {
        if (!isNoAnswer(error)) {
          throw error;
        }
      });
      return result;
    },
  );
  if (toSnapshot) {
    await dropAof(lock);
  }
  return loaded;
}

/** Keys that the last start found in its files, from INFO's section `persistence`. */
export function loadedKeys(info: string): number {
  const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  return number("rdb_last_load_keys_loaded") + number("rdb_last_load_keys_expired");
}

/** Directives that belong to the real server, and those that this one has its own of. */
const NOT_FOR_CHECK =
  /^(requirepass|user|aclfile|port|bind|dir|save|appendonly|maxmemory|maxmemory-policy|logfile)\s/;

/**
 * The redis.conf of the server that checks: the stack's own, without who may do what and where. Renamed commands stay for
 * an append-only set, which may have them in it, and then does not load with the real server either.
 */
export function checkConf({ text }: Pick<DeployedConf, "text">, isAof: boolean): string {
  const own = text
    .split("\n")
    .filter((line) => !NOT_FOR_CHECK.test(line) && (isAof || !line.startsWith("rename-command ")));
  return [
    ...own,
    "port 0",
    `unixsocket ${SOCKET}`,
    `dir ${STAGING}`,
    'save ""',
    `appendonly ${isAof ? "yes" : "no"}`,
    "auto-aof-rewrite-percentage 0",
    `logfile ${LOG}`,
  ].join("\n");
}

function serverIn(container: Docker.Container, conf: DeployedConf, isAof: boolean): LoadedServer {
  const command = (name = "", ...words: readonly string[]) =>
    exec(container, [
      "redis-cli",
      "-e",
      "-s",
      SOCKET,
      isAof ? (conf.commandName(name) ?? name) : name,
      ...words,
    ]);
  return { command, keyspace: async () => parseKeyspace((await command("INFO", "keyspace")).stdout) };
}

async function untilLoaded(
  server: LoadedServer,
  ended: Promise<{ StatusCode: number }>,
  lock: Docker.Container,
  { memoryLimit }: RestoreTarget,
  terminal: Terminal,
): Promise<number> {
  const started = Date.now();
  for (let announced = 2; ; ) {
    const end = await Promise.race([ended, sleep(POLL_MILLISECONDS)]);
    if (end !== undefined) {
      const { stdout } = await exec(lock, ["tail", "-n", "4", LOG]);
      throw new NotStaged(
        end.StatusCode === KILLED
          ? `it takes more memory than the limit of the container, ${memoryLimit}`
          : `Redis does not load it: ${stdout.trim().split("\n").join("; ")}`,
      );
    }
    const seconds = (Date.now() - started) / 1000;
    if (await answers(server)) {
      return seconds;
    }
    if (seconds >= announced) {
      terminal.err(`loading the backup in a server of its own, ${Math.floor(seconds)} s`);
      announced = seconds + ANNOUNCED_SECONDS;
    }
  }
}

/** While it loads, Redis answers LOADING. */
async function answers(server: LoadedServer): Promise<boolean> {
  try {
    return (await server.command("PING")).stdout.trim() === "PONG";
  } catch (error) {
    if (isNoAnswer(error)) {
      return false;
    }
    throw error;
  }
}
