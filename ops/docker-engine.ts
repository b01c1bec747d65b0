import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { InvalidInputError, type Problem } from "../core/problem";
import type { DockerProps } from "../core/redis-stack-props";

/** What a command inside a container said. */
export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

const UNIX = "unix://";
const LOCAL_SOCKET = `${UNIX}/var/run/docker.sock`;
const DOCKER_PORT = 2375;

/**
 * The Docker engine of a stack: its environment's host, else `DOCKER_HOST`, else the local socket.
 * @throws InvalidInputError when that is no address
 */
export function dockerEngine(docker: DockerProps): Docker {
  const Client = client();
  const address = hostOf(docker);
  if (!isAddress(address)) {
    throw new InvalidInputError([
      {
        field: docker.host === undefined ? "DOCKER_HOST" : "docker.host",
        got: JSON.stringify(engineAddress(docker)),
        expected: "an address such as unix:///var/run/docker.sock, ssh://USER@HOST or tcp://HOST:PORT",
        fix: "write one of these, or unset it for this machine's own engine",
      },
    ]);
  }
  if (address.startsWith(UNIX)) {
    // Without `host`, the client would take that of DOCKER_HOST and never look at the socket.
    return new Client({ host: undefined, socketPath: address.slice(UNIX.length) });
  }
  const { protocol, hostname, port, username } = new URL(address);
  if (protocol === "ssh:") {
    const agent = process.env.SSH_AUTH_SOCK;
    return new Client({
      protocol: "ssh",
      host: hostname,
      username,
      port: port === "" ? undefined : port,
      ...(agent === undefined ? {} : { sshOptions: { agent } }),
    });
  }
  const isEncrypted = port === "2376" || process.env.DOCKER_TLS_VERIFY === "1";
  return new Client({
    protocol: isEncrypted ? "https" : "http",
    host: hostname,
    port: port === "" ? DOCKER_PORT : port,
  });
}

function isAddress(address: string): boolean {
  if (address.startsWith(UNIX)) {
    return address.startsWith(`${UNIX}/`);
  }
  if (!URL.canParse(address)) {
    return false;
  }
  const { protocol, hostname } = new URL(address);
  return ["tcp:", "ssh:", "http:", "https:"].includes(protocol) && hostname !== "";
}

/** The package takes a quarter of the time that a command needs to start, and half of them talk to no engine. */
function client(): typeof Docker {
  return require("dockerode");
}

/** Where the engine of a stack is, to be shown: without the password that an address could have. */
export function engineAddress(docker: DockerProps): string {
  const address = hostOf(docker);
  return address.startsWith(UNIX) ? address : address.replace(PASSWORD, "$1@");
}

/** From the first `:` after the scheme to the last `@`: a password may have both, and `/`, unescaped. */
const PASSWORD = /^([^:]*:\/\/[^:]*|(?![^:]*:\/\/)[^:]*):.*@/s;

function hostOf({ host }: DockerProps): string {
  return host ?? (process.env.DOCKER_HOST || LOCAL_SOCKET);
}

/** Whether what the engine publishes on loopback is on this machine's loopback. */
export function isLocalEngine(docker: DockerProps): boolean {
  return hostOf(docker).startsWith(UNIX);
}

/** Longest wait for the engine's first answer. */
const ENGINE_LIMIT_MS = 10_000;

/** The types of the package know the other calls with this option, and not this one. */
type Pingable = Docker & { ping(options: { readonly abortSignal: AbortSignal }): Promise<unknown> };

/** A problem when the engine does not answer. */
export async function engineProblem(docker: DockerProps): Promise<Problem | undefined> {
  try {
    await (dockerEngine(docker) as Pingable).ping({ abortSignal: AbortSignal.timeout(ENGINE_LIMIT_MS) });
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.problems[0];
    }
    return {
      field: "docker",
      got: `no answer from ${engineAddress(docker)}`,
      expected: "a running Docker engine",
      fix: "start Docker (bin/up does it on Debian and Ubuntu), or set DOCKER_HOST",
    };
  }
}

/** @throws InvalidInputError when the engine does not answer */
export async function connectEngine(docker: DockerProps): Promise<Docker> {
  const problem = await engineProblem(docker);
  if (problem !== undefined) {
    throw new InvalidInputError([problem]);
  }
  return dockerEngine(docker);
}

/** Whether `error` is the engine's 404. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 404;
}

/** Whether the engine says that a container does not exist, does not run, or is being removed: 404 and 409. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && [404, 409].includes(Number(error.statusCode));
}

/**
 * Runs `argv` in a running container and waits for its end.
 * @throws InvalidInputError when the container is paused
 */
export async function exec(container: Docker.Container, argv: readonly string[]): Promise<ExecResult> {
  const process = await container
    .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true })
    .catch(refusePaused);
  const stream = await process.start({});
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  container.modem.demuxStream(stream, stdout, stderr);
  const texts = Promise.all([text(stdout), text(stderr)]);
  await new Promise<void>((resolve, reject) => {
    stream.on("end", resolve).on("error", reject);
  });
  stdout.end();
  stderr.end();
  const [out, err] = await texts;
  const { ExitCode } = await process.inspect();
  return { exitCode: ExitCode ?? -1, stdout: out, stderr: err };
}

/** @throws InvalidInputError when the engine says so, else `error` */
function refusePaused(error: unknown): never {
  const name = error instanceof Error && isGone(error) ? PAUSED.exec(error.message)?.[1] : undefined;
  if (name === undefined) {
    throw error;
  }
  throw new InvalidInputError([
    {
      field: name,
      got: "a container that is paused",
      expected: "one that runs",
      fix: `docker unpause ${name}`,
    },
  ]);
}

const PAUSED = /Container (\S+) is paused/;
