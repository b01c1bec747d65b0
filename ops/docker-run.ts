import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import type { Size } from "../core/size";
import { type ExecResult, isGone } from "./docker-engine";

/** A command that is running; what it writes is read as fast as the reader takes it, so memory stays bounded. */
export interface StreamedCommand {
  readonly stdout: Readable;
  /** Resolves when `stdout` was read to its end. `stderr` is the last of it, up to 64 KiB. */
  readonly finished: Promise<{ readonly exitCode: number; readonly stderr: string }>;
  /** Hangs up on the engine, so that nothing waits for a command that does not end. What it wrote ends there. */
  readonly abandon: () => void;
}

/** A container that is made for one command and removed with it. It has no network and no privileges. */
export interface ThrowAway {
  readonly image: string;
  readonly argv: readonly string[];
  /** @default - `999:1000`, the owner of `/data` */
  readonly user?: string;
  /** Docker's `VOLUME:PATH[:ro]`. @default - none */
  readonly binds?: readonly string[];
  /** Paths that can be written, in memory, with Docker's options. @default - none: the root file system is read-only */
  readonly tmpfs?: Readonly<Record<string, string>>;
  /** @default - no limit */
  readonly memory?: Size;
}

const MAX_STDERR_BYTES = 65_536;
const HEADER_BYTES = 8;
const LONGEST_REMOVAL_MS = 10_000;
const STDERR = 2;

/** Starts `argv` in a running container. With `stdin`, `finished` rejects when that cannot be read to its end. */
export async function streamExec(
  container: Docker.Container,
  argv: readonly string[],
  stdin?: Readable,
): Promise<StreamedCommand> {
  const takesInput = stdin !== undefined;
  const process = await container.exec({
    Cmd: [...argv],
    AttachStdin: takesInput,
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await process.start(takesInput ? { hijack: true, stdin: true } : {});
  const command = {
    ...streamed(stream, async () => (await process.inspect()).ExitCode ?? -1),
    abandon: () => void stream.destroy(),
  };
  if (stdin === undefined) {
    return command;
  }
  const finished = Promise.all([command.finished, feed(stdin, stream)]).then(([end]) => end);
  finished.catch(() => undefined); // told to whoever awaits it
  return { ...command, finished };
}

/**
 * Runs `argv` in a container of its own with `stdin` as its input, and waits for its end. What it writes is kept whole.
 * When this program is killed, the command sees the end of its input, and the container goes when the command ends.
 */
export async function runThrowAway(
  docker: Docker,
  options: ThrowAway,
  stdin: Readable = Readable.from([]),
): Promise<ExecResult> {
  const container = await docker.createContainer({
    ...definition(options),
    OpenStdin: true,
    StdinOnce: true,
  });
  try {
    const stream = await container.attach({
      stream: true,
      hijack: true,
      stdin: true,
      stdout: true,
      stderr: true,
    });
    const ended = container.wait({ condition: "next-exit" });
    await container.start();
    const { stdout, finished } = streamed(stream, async () => (await ended).StatusCode);
    const output = text(stdout);
    const fed = feed(stdin, stream);
    const [out, { exitCode, stderr }] = await Promise.all([output, finished, fed]);
    return { exitCode, stdout: out, stderr };
  } finally {
    await removed(container);
  }
}

/**
 * Writes all of `from`, or as much as is taken: a command that ends early says why with its exit code. Where `from` fails, the
 * command sees the end of its input, and does not wait for more.
 */
async function feed(from: Readable, to: NodeJS.ReadWriteStream): Promise<void> {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    for (const event of ["close", "end", "error"]) {
      to.once(event, () => {
        isClosed = true;
        resolve();
      });
    }
  });
  try {
    for await (const chunk of from) {
      if (isClosed) {
        return;
      }
      if (!to.write(chunk)) {
        await Promise.race([once(to, "drain").catch(() => undefined), closed]);
      }
    }
  } finally {
    to.end();
  }
}

/** Starts a container of its own, hands it to `use`, and removes it whatever happens. */
export async function withThrowAway<T>(
  docker: Docker,
  options: ThrowAway,
  use: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await docker.createContainer(definition(options));
  try {
    await container.start();
    return await use(container);
  } finally {
    await removed(container);
  }
}

/** What the engine is told to create: a container with nothing that the command does not need. */
export function definition({ image, argv, user = "999:1000", binds = [], tmpfs = {}, memory }: ThrowAway) {
  return {
    name: `redis-ops-${randomUUID()}`,
    Image: image,
    Cmd: [...argv],
    User: user,
    AttachStdout: true,
    AttachStderr: true,
    NetworkDisabled: true,
    Labels: { "redis-on-docker.throw-away": "redis-ops" },
    HostConfig: {
      AutoRemove: true,
      Binds: [...binds],
      Tmpfs: { ...tmpfs },
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ...(memory === undefined ? {} : { Memory: memory.toBytes(), MemorySwap: memory.toBytes() }),
    },
  };
}

/** Removes it with the volumes that it has made itself. Where the engine does that by itself already, this waits for it. */
export async function removed(container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    if (!isGone(error)) {
      throw error;
    }
    const abortSignal = AbortSignal.timeout(LONGEST_REMOVAL_MS);
    await container.wait({ condition: "removed", abortSignal }).catch(() => undefined); // gone, or the engine's business
  }
}

function streamed(
  stream: NodeJS.ReadableStream,
  exitCode: () => Promise<number>,
): Omit<StreamedCommand, "abandon"> {
  let stderr = Buffer.alloc(0);
  const stdout = Readable.from(
    stdoutOf(stream, (chunk) => {
      stderr = Buffer.concat([stderr, chunk]).subarray(-MAX_STDERR_BYTES);
    }),
    { objectMode: false },
  );
  const finished = new Promise<void>((resolve, reject) => {
    stdout.once("end", resolve).once("error", reject).once("close", resolve);
  }).then(async () => ({ exitCode: await exitCode(), stderr: stderr.toString("utf8") }));
  finished.catch(() => undefined); // told to whoever awaits it
  return { stdout, finished };
}

/** The engine sends frames: channel, three zeros, length, content. dockerode's own reader heeds no backpressure. */
async function* stdoutOf(
  stream: NodeJS.ReadableStream,
  onStderr: (chunk: Buffer) => void,
): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0);
  let channel = 0;
  let left = 0;
  for await (const received of untilClosed(stream)) {
    let chunk = Buffer.isBuffer(received) ? received : Buffer.from(received);
    while (chunk.length > 0) {
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        chunk = chunk.subarray(missing);
        if (header.length === HEADER_BYTES) {
          channel = header[0] ?? 0;
          left = header.readUInt32BE(4);
          header = Buffer.alloc(0);
        }
        continue;
      }
      const content = chunk.subarray(0, left);
      chunk = chunk.subarray(content.length);
      left -= content.length;
      if (channel === STDERR) {
        onStderr(content);
      } else {
        yield content;
      }
    }
  }
}

/** A command that ends before its input does closes both: what it wrote ends there, and its exit code says why. */
async function* untilClosed(stream: NodeJS.ReadableStream): AsyncGenerator<string | Buffer> {
  try {
    yield* stream;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE")) {
      throw error;
    }
  }
}
