import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { Size } from "../../core/size";
import { type ExecResult, exec, isGone } from "../docker-engine";
import { type StreamedCommand, streamExec, withThrowAway } from "../docker-run";
import { type DatabaseKeys, type LoadedServer, parseKeyspace } from "./compare-with-manifest";

/** A redis-server of its own, for a moment. Nobody else reaches it: it has no network, and its socket is a file. */
export interface ScratchServer extends LoadedServer {
  readonly container: Docker.Container;
  /** From the start of the server until it answered: what a server takes that starts with this data. */
  readonly loadSeconds: number;
}

export interface ScratchOptions {
  readonly image: string;
  /** Limit of the container, in which page cache counts too and is given back when it is short. */
  readonly memory: Size;
  /** `rdb`: a snapshot. `aof`: a tar archive of the append-only folder. */
  readonly load: { readonly kind: "rdb" | "aof"; readonly content: Readable };
  /** Gets how far loading is, every two seconds. @default - nobody is told */
  readonly onProgress?: (text: string) => void;
}

/** The server does not start with this data; the message ends with the last lines of its log. */
export class NotLoaded extends Error {}

/** After this many seconds the container ends by itself, also when this program was killed. */
const LIFETIME_SECONDS = 3600;
const GONE = "its container is gone: loading took longer than an hour, or somebody removed it";
const LOG_LINES = 5;
const SOCKET = "/data/scratch.sock";

const TAKE = {
  rdb: "exec cat >/data/dump.rdb",
  // What stands first is a folder; the start looks for the manifest in it, whatever both are called.
  aof: "exec tar -x -o -C /data",
} as const;

/** A service may have 1024 databases at most. */
const START = `
manifest=$(find /data -name '*.manifest' | head -n 1)
set -- --appendonly no
if [ -n "$manifest" ]; then
  folder=$(basename "$(dirname "$manifest")")
  set -- --appendonly yes --appenddirname "$folder" --appendfilename "$(basename "$manifest" .manifest)"
fi
exec redis-server --port 0 --unixsocket ${SOCKET} --unixsocketperm 700 --dir /data --save "" --databases 1024 \\
  --auto-aof-rewrite-percentage 0 "$@"
`;

/**
 * Loads a backup in a redis-server of `image`, hands it to `use` and removes it with its data, whatever happens. The data
 * is streamed into a volume of the container's own, so it takes that much disk on the engine, and memory when it is loaded.
 * @throws NotLoaded when the server does not come up with it, and whatever reading `content` throws
 */
export function withScratchServer<T>(
  docker: Docker,
  { image, memory, load, onProgress = () => undefined }: ScratchOptions,
  use: (server: ScratchServer) => Promise<T>,
): Promise<T> {
  const container = { image, memory, binds: ["/data"], argv: ["sleep", `${LIFETIME_SECONDS}`] };
  return withThrowAway(docker, container, async (container) => {
    const loadSeconds = await loaded(container, load, onProgress).catch((error: unknown) => {
      throw isGone(error) ? new NotLoaded(GONE) : error;
    });
    return use({
      container,
      loadSeconds,
      command: (...argv) => command(container, argv),
      keyspace: () => keyspace(container),
    });
  });
}

/** Returns how many seconds the server took, from its start on. */
async function loaded(
  container: Docker.Container,
  { kind, content }: ScratchOptions["load"],
  onProgress: (text: string) => void,
): Promise<number> {
  const taken = await streamExec(container, ["sh", "-c", TAKE[kind]], content);
  taken.stdout.resume();
  const { exitCode, stderr } = await taken.finished;
  if (exitCode !== 0) {
    throw new NotLoaded(`the data could not be written to a volume of its own: ${stderr.trim()}`);
  }
  const started = Date.now();
  const server = await streamExec(container, ["sh", "-c", START]);
  await untilLoaded(container, server, onProgress);
  return (Date.now() - started) / 1000;
}

function command(container: Docker.Container, argv: readonly string[]): Promise<ExecResult> {
  return exec(container, ["redis-cli", "-e", "-s", SOCKET, ...argv]);
}

async function keyspace(container: Docker.Container): Promise<readonly DatabaseKeys[]> {
  const { exitCode, stdout, stderr } = await command(container, ["INFO", "keyspace"]);
  if (exitCode !== 0) {
    throw new Error(`INFO keyspace: ${stderr.trim() || stdout.trim()}`);
  }
  return parseKeyspace(stdout);
}

async function untilLoaded(
  container: Docker.Container,
  { stdout, finished }: StreamedCommand,
  onProgress: (text: string) => void,
): Promise<void> {
  let log = "";
  stdout.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-16_384);
  });
  let end: string | undefined;
  finished.then(
    ({ exitCode, stderr }) => {
      end = `redis-server ended with exit code ${exitCode}${exitCode === 137 ? " (killed; its memory was short)" : ""}: ${lastLines(`${log}\n${stderr}`)}`;
    },
    (error: Error) => {
      end = `redis-server ended: ${error.message}`;
    },
  );
  const started = Date.now();
  for (let announced = 2; ; ) {
    if (end !== undefined) {
      throw new NotLoaded(end);
    }
    const { stdout: info } = await command(container, ["INFO", "persistence"]);
    if (/^loading:0\b/m.test(info) && /^async_loading:0\b/m.test(info)) {
      return;
    }
    const seconds = (Date.now() - started) / 1000;
    if (seconds >= announced) {
      const share = /^loading_loaded_perc:([\d.]+)/m.exec(info)?.[1];
      onProgress(`loading${share === undefined ? "" : `: ${share} %`}, ${Math.floor(seconds)} s`);
      announced = seconds + 2;
    }
    await sleep(Math.min(1000, 50 + seconds * 50));
  }
}

/** Without process, role and time, and without what the check of an RDB file adds: they say nothing to who reads why. */
function lastLines(log: string): string {
  const lines = log
    .split("\n")
    .map((line) => line.replace(/^\d+:[A-Z] .*? [*#.-] /, "").trim())
    .filter((line) => line !== "" && !/^(\[(additional )?info\]|---)/.test(line));
  return lines.slice(-LOG_LINES).join("; ");
}
