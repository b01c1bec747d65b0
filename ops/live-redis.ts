import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import Redis, { ReplyError } from "ioredis";
import type { ResolvedStack } from "../config/resolve-stack";
import { REDIS_PORT } from "../core/healthcheck-command";
import { InvalidInputError, type Problem } from "../core/problem";
import { SECRET_FILES } from "../core/redis-conf";
import { type DeployedConf, deployedConf } from "./backup/deployed";
import { exec, isGone, isNotFound } from "./docker-engine";
import { type StreamedCommand, streamExec } from "./docker-run";
import { type Command, ConnectionLost, type Reply, SILENCE_LIMIT_S, Wire } from "./keys/wire";
import { readWithoutTouch } from "./read-without-touch";
import { toldBy } from "./server-fault";
import type { Terminal } from "./terminal";

/** One connection to the server of a stack: by way of its container, so that no port has to be published. */
export interface LiveRedis {
  /** Pipelines, sends bytes and gets bytes back (`scanBuffer`, `getBuffer`, `pipeline()`). Never reconnects by itself. */
  readonly redis: Redis;
  /**
   * Sends many commands together, by their original names, and resolves with a reply for each, in bytes. Batches reach Redis
   * in the order of the calls, also while earlier ones wait for their replies. An error of a command is its reply. For what is
   * done to thousands of keys; not while a command of `redis` waits.
   * @throws InvalidInputError when a command is disabled on this server
   * @throws ConnectionLost when the connection ends before the last reply
   */
  readonly batch: (commands: readonly Command[]) => Promise<readonly Reply[]>;
  /** What the running container was deployed with. Undefined: it was not deployed from here. */
  readonly conf: DeployedConf | undefined;
  /** What a command of Redis answers to on this server, e.g. `CONFIG` to `OPS_CONFIG`. Undefined: it is disabled. */
  readonly commandName: (command: string) => string | undefined;
  readonly close: () => void;
}

/** Name that the connection shows in CLIENT LIST. */
export const CLIENT_NAME = "redis-ops";

const CONNECT_TIMEOUT_MS = 8000;

/** Time after which it is said that this waits for the first answer. */
const TOLD_AFTER_MS = 2000;

/** Time in which `nc` says why it ended. */
const GRACE_MS = 200;

/**
 * Joins the command's input and output to the port `$1` of loopback, by what both busybox and its `nc` of Alpine and Debian
 * have. `nc` alone passes on 1 KiB at a time, which for a million values takes the engine, and whoever reads its frames,
 * several times as long; so it only connects, and two `dd` carry the bytes. Each holds what it needs and no more: when the
 * server hangs up, the output ends at once; when the input ends, so does all of it, and no process is left to the server.
 * Where there is a `renice`, they let Redis go first.
 */
const TUNNEL =
  `renice -n 10 -p $$ >/dev/null 2>&1; exec 5<&0 6>&1; exec nc 127.0.0.1 "$1" -e sh -c 'exec 2>/dev/null; ` +
  "dd bs=65536 <&1 >&6 5<&- 6>&- & exec 6>&-; dd bs=65536 <&5 5<&-; kill $!; wait'";

/**
 * Connects as user `ops`, in the logical database of the service's clients unless told otherwise. The bytes travel through
 * one `nc` inside the container; the password is read from the container's own secret file and stays in this program's memory.
 * @param terminal is told what this waits for. @default - nobody is
 * @throws InvalidInputError when there is no running server, or when it does not let us in
 */
export async function connectRedis(
  docker: Docker,
  stack: ResolvedStack,
  options: ConnectOptions = {},
): Promise<LiveRedis> {
  const { terminal } = options;
  const told = setTimeout(() => terminal?.err(`waiting for an answer of ${stack.id}`), TOLD_AFTER_MS);
  try {
    return await connected(docker, stack, options);
  } finally {
    clearTimeout(told);
  }
}

interface ConnectOptions {
  readonly database?: number;
  readonly timeoutMs?: number;
  readonly terminal?: Pick<Terminal, "err">;
}

async function connected(
  docker: Docker,
  { id, props }: ResolvedStack,
  { database = props.client.database, timeoutMs = CONNECT_TIMEOUT_MS, terminal }: ConnectOptions,
): Promise<LiveRedis> {
  const { containerName, auth } = props.server;
  const refuse = (problem: Omit<Problem, "field">) =>
    new InvalidInputError([{ field: `${id} container ${containerName}`, ...problem }]);
  const container = docker.getContainer(containerName);
  const state = await container.inspect().catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  const isUp = state?.State.Running && !state.State.Paused && !state.State.Restarting;
  if (!isUp) {
    throw refuse({
      got: state?.State.Status ?? "none",
      expected: "a running server",
      fix: state === undefined ? `deploy it with bin/up ${id}` : `look with bin/redis-ops diagnose ${id}`,
    });
  }
  // A server that ends soon after each start is there when it is looked for, and gone when it is asked.
  const unlessGone = (error: unknown): never => {
    throw isGone(error)
      ? refuse({
          got: "a container that ended while it was asked",
          expected: "a running server",
          fix: `look with bin/redis-ops diagnose ${id}`,
        })
      : error;
  };
  const conf = await deployedConf(container).catch(unlessGone);
  const password =
    auth.mode === "none" ? undefined : await opsPassword(container, refuse, id).catch(unlessGone);
  const { stdin, command } = await tunnel(container).catch(unlessGone);
  const stream = new Wire(stdin, command.stdout, () => terminal?.err(`waiting for an answer of ${id}`));
  stream.on("error", () => undefined); // told by ioredis, and by what `nc` wrote
  const redis = new Redis({
    Connector: connectorOf(socketLike(stream)),
    ...(password === undefined ? {} : { username: "ops", password }),
    db: database,
    connectionName: CLIENT_NAME,
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: SILENCE_LIMIT_S * 1000,
  });
  let said: Error | undefined;
  redis.on("error", (error: Error) => {
    said ??= error;
  });
  const commandName = (name: string) => (conf === undefined ? name : conf.commandName(name));
  try {
    await inTime(
      redis
        .connect()
        .then(() => redis.ping())
        .then(() => readWithoutTouch(redis, commandName("CLIENT"), props.server.version)),
      timeoutMs,
    );
  } catch (error) {
    redis.disconnect();
    stream.destroy();
    const { stderr } = await Promise.race([command.finished, delay(GRACE_MS, { stderr: "" })]);
    command.abandon();
    const { got, next } = toldBy(id, stderr.trim() || (said ?? (error as Error)).message);
    throw refuse({ got, expected: "an answer from Redis", fix: next });
  }
  return {
    redis,
    batch: async (commands) =>
      stream.batch(
        commands.map(([name, ...words]) => {
          const called = commandName(name);
          if (called === undefined) {
            throw refuse({
              got: `no command ${name}, which its redis.conf disables`,
              expected: `a server where user ops may call ${name}`,
              fix: `take ${name} out of the commands that are disabled`,
            });
          }
          return [called, ...words] as const;
        }),
      ),
    conf,
    commandName,
    close: () => {
      redis.disconnect();
      stream.destroy();
      // A server that hangs does not hang up: this program should end all the same.
      setTimeout(command.abandon, GRACE_MS).unref();
    },
  };
}

/** Whether Redis itself said no, in place of the connection being lost. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof ReplyError;
}

/** What ioredis and Node.js say of a connection that has ended under a command. */
const LOST = /^Connection is closed|^Command timed out|^Stream isn't writeable|ECONNRESET|EPIPE/;

/** Whether Redis said no or has gone away under a command, by whichever way it was asked. What else fails is a bug. */
export function isServersFault(error: unknown): error is Error {
  return (
    isReplyError(error) ||
    error instanceof ConnectionLost ||
    isGone(error) ||
    (error instanceof Error && LOST.test(error.message))
  );
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      work,
      delay(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`no answer within ${timeoutMs / 1000} s`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}

async function opsPassword(
  container: Docker.Container,
  refuse: (problem: Omit<Problem, "field">) => InvalidInputError,
  id: string,
): Promise<string> {
  const { exitCode, stdout } = await exec(container, ["cat", `/run/secrets/${SECRET_FILES.ops}`]);
  if (exitCode !== 0) {
    throw refuse({
      got: `no readable /run/secrets/${SECRET_FILES.ops}`,
      expected: "the password of user ops",
      fix: `run bin/redis-ops secrets init ${id}, then bin/up ${id}`,
    });
  }
  return stdout.replace(/\r?\n$/, "");
}

async function tunnel(
  container: Docker.Container,
): Promise<{ stdin: PassThrough; command: StreamedCommand }> {
  const stdin = new PassThrough();
  const command = await streamExec(container, ["sh", "-c", TUNNEL, "tunnel", `${REDIS_PORT}`], stdin);
  return { stdin, command };
}

/** What ioredis calls on a socket beyond a stream: none of it means anything inside the container. */
function socketLike(stream: Wire): Wire {
  const itself = () => stream;
  return Object.assign(stream, { setNoDelay: itself, setKeepAlive: itself, setTimeout: itself });
}

function connectorOf(stream: Wire) {
  return class {
    connecting = false;
    connect() {
      return Promise.resolve(stream);
    }
    check() {
      return true;
    }
    disconnect() {
      stream.end();
    }
  } as never;
}
