import type Docker from "dockerode";
import { engines } from "../../config/engines";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Problem } from "../../core/problem";
import type { AuthProps } from "../../core/redis-stack-props";
import { Size } from "../../core/size";
import { type DatabaseKeys, parseKeyspace } from "../backup/compare-with-manifest";
import { type DeployedConf, deployedConf } from "../backup/deployed";
import { exec, isNotFound } from "../docker-engine";
import { redisCommand } from "../redis-command";

/** The deployed container of a stack: it is what starts on the restored data, so its own redis.conf decides the layout. */
export interface RestoreTarget {
  readonly id: string;
  readonly container: Docker.Container;
  readonly containerName: string;
  readonly conf: DeployedConf;
  /** What the server reads at its start: the append-only file, or `dump.rdb`. */
  readonly appendonly: boolean;
  /** Whether its redis.conf has save points, so that it writes `dump.rdb` when it is stopped. */
  readonly saves: boolean;
  readonly auth: AuthProps;
  readonly image: string;
  /** Version of RDB files that its engine reads at most. Left out: an image that is in no row of config/engines.ts. */
  readonly rdbVersion?: number;
  readonly volume: string;
  readonly memoryLimit: Size;
  /** What makes the container healthy, as the engine runs it. */
  readonly healthcheck: readonly string[];
  readonly stopSeconds: number;
  /** Time in which it may become ready. */
  readonly startSeconds: number;
}

const DATA = "/data";
const STOP_SECONDS = 10;
/** The only names that swap.sh, put-back.sh and the start script move. */
const FILE_NAMES = [
  ["dbfilename", "dump.rdb"],
  ["appendfilename", "appendonly.aof"],
  ["appenddirname", "appendonlydir"],
] as const;
/** On top of the start period, which is for loading: a slow machine, and the first probes. */
const START_MARGIN_SECONDS = 60;

/** The target, or what is wrong with it. */
export async function readTarget(
  docker: Docker,
  { id, props }: ResolvedStack,
): Promise<RestoreTarget | Problem> {
  const name = props.server.containerName;
  const container = docker.getContainer(name);
  const inspected = await container.inspect().catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  const missing = (got: string, expected: string): Problem => ({
    field: `${id}: container ${name}`,
    got,
    expected,
    fix: `run bin/up ${id}`,
  });
  if (inspected === undefined) {
    return missing("no such container", "one that is deployed, running or not");
  }
  const conf = await deployedConf(container);
  const volume = inspected.Mounts.find(({ Destination }) => Destination === DATA)?.Name;
  if (conf === undefined || volume === undefined) {
    return missing("a container that this repository did not deploy", "its own, with a volume at /data");
  }
  const renamed = FILE_NAMES.find(([name, usual]) => unquoted(conf.directive(name) ?? usual) !== usual);
  if (renamed !== undefined) {
    const [directive, usual] = renamed;
    return missing(`a redis.conf with ${directive} ${conf.directive(directive)}`, `${directive} ${usual}`);
  }
  const { Config, HostConfig } = inspected;
  const appendonly = conf.directive("appendonly") === "yes";
  const rdbVersion = Object.values(engines).find(({ image }) => image === Config.Image)?.rdbVersion;
  const [kind, ...probe] = Config.Healthcheck?.Test ?? [];
  return {
    id,
    container,
    containerName: name,
    conf,
    appendonly,
    saves: unquoted(conf.directive("save") ?? "") !== "",
    auth: props.server.auth,
    image: Config.Image,
    ...(rdbVersion === undefined ? {} : { rdbVersion }),
    volume,
    memoryLimit: (HostConfig.Memory ?? 0) > 0 ? Size.bytes(HostConfig.Memory ?? 0) : props.server.memoryLimit,
    healthcheck:
      kind === "CMD-SHELL" ? ["sh", "-c", ...probe] : kind === "CMD" ? probe : ["redis-cli", "-e", "ping"],
    // Not in the client's types.
    stopSeconds: (Config as { StopTimeout?: number }).StopTimeout ?? STOP_SECONDS,
    startSeconds: props.server.healthcheck.startPeriod.toSeconds() + START_MARGIN_SECONDS,
  };
}

function unquoted(value: string): string {
  return value.replace(/^(["'])(.*)\1$/, "$2");
}

/** What a restore would replace. */
export interface PresentData {
  /** Whether the engine says that the server runs, answering or not. */
  readonly isRunning: boolean;
  /** Left out: the server does not answer. */
  readonly databases?: readonly DatabaseKeys[];
  /** Unix time in seconds of the last change of a data file. Left out: there is none. */
  readonly filesChanged?: number;
  /** Bytes that can still be written to the volume. */
  readonly free: number;
  /** Bytes of memory that the machine can still give. */
  readonly available: number;
  /** Folders that earlier restores kept, newest first. */
  readonly kept: readonly KeptData[];
  /** Append-only sets that `preflight --apply` moved aside when it switched the append-only file off, newest first. */
  readonly setAside: readonly KeptData[];
  /** An earlier restore was interrupted while it exchanged the data. */
  readonly isHalfExchanged: boolean;
}

export interface KeptData {
  readonly name: string;
  readonly bytes: number;
  /** Which of `appendonlydir` and `dump.rdb` are in it. None: there was no data. */
  readonly entries: readonly string[];
}

/** Of beforeName in exchange.ts, and of `switchAofOff` in ops/transition/sequences.ts. */
const KEPT = /^(?:before-restore-|appendonlydir\.off-)(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const TIME = `${"[0-9]".repeat(8)}T${"[0-9]".repeat(6)}Z`;

/** The moment in the name of a folder that was kept or moved aside. Undefined: somebody else gave it its name. */
export function keptAt(name: string): Date | undefined {
  const [, year, month, day, hour, minute, second] = KEPT.exec(name) ?? [];
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const then = new Date(text);
  // Date takes a 30th of February.
  return !Number.isNaN(then.getTime()) && then.toISOString() === text ? then : undefined;
}

/** The newest change of a data file, free bytes, folders that were kept, an interrupted exchange, and free memory. */
const FACTS = `
cd /data
stat -f -c 'free %a %S' .
stat -c 'newest %Y' appendonlydir/* dump.rdb 2>/dev/null | sort -k 2 -n | tail -n 1
for folder in before-restore-${TIME} appendonlydir.off-${TIME}; do
  [ -d "$folder" ] && [ ! -L "$folder" ] || continue
  entries=
  for name in appendonlydir dump.rdb; do
    [ ! -e "$folder/$name" ] || entries="$entries $name"
  done
  printf 'kept %s %s%s\\n' "$folder" "$(du -sk "$folder" | cut -f 1)" "$entries"
done
[ ! -e restore-in-progress ] || echo half
sed -n 's/^MemAvailable: *\\([0-9]*\\) kB/available \\1/p' /proc/meminfo`;

/** Reads what is there, through the container that holds the lock. */
export async function readPresentData(target: RestoreTarget, lock: Docker.Container): Promise<PresentData> {
  const { stdout, stderr } = await exec(lock, ["sh", "-c", FACTS]);
  const facts = stdout.split("\n").map((line) => line.trim().split(" "));
  const all = (name: string) => facts.filter(([first]) => first === name).map(([, ...rest]) => rest);
  const [[blocks = "", size = ""] = []] = all("free");
  const [[kibibytes = ""] = []] = all("available");
  const [[newest] = []] = all("newest");
  const free = Number(blocks) * Number(size);
  if (blocks === "" || kibibytes === "" || Number.isNaN(free)) {
    throw new Error(`the volume ${target.volume} could not be read: ${stderr.trim() || stdout.trim()}`);
  }
  const folders = all("kept")
    .map(([name = "", used = "0", ...entries]) => ({ name, bytes: Number(used) * 1024, entries }))
    .filter(({ name }) => keptAt(name) !== undefined)
    .sort((one, other) => (one.name < other.name ? 1 : -1));
  const isRunning = await runs(target);
  const databases = isRunning ? await keyspaceOf(target) : undefined;
  return {
    isRunning,
    ...(databases === undefined ? {} : { databases }),
    ...(newest === undefined ? {} : { filesChanged: Number(newest) }),
    free,
    available: Number(kibibytes) * 1024,
    kept: folders.filter(({ name }) => name.startsWith("before-restore-")),
    setAside: folders.filter(({ name }) => name.startsWith("appendonlydir.off-")),
    isHalfExchanged: all("half").length > 0,
  };
}

async function runs({ container }: RestoreTarget): Promise<boolean> {
  const { State } = await container.inspect();
  return State.Running && !State.Restarting;
}

/** The keys of the running server, or undefined where none answers. */
export async function keyspaceOf(target: RestoreTarget): Promise<readonly DatabaseKeys[] | undefined> {
  const reply = await infoOf(target, "keyspace");
  return reply === undefined ? undefined : parseKeyspace(reply);
}

/** A section of INFO, or undefined where the server does not answer, which is no proof that it does not run. */
export async function infoOf(target: RestoreTarget, section: string): Promise<string | undefined> {
  const info = target.conf.commandName("INFO") ?? "INFO";
  try {
    const { exitCode, stdout } = await redisCommand(target.container, target.auth, [info, section]);
    return exitCode === 0 && /^# \w/.test(stdout) ? stdout : undefined;
  } catch (error) {
    if (isNoAnswer(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The engine's answer where no command could run in a container: it is gone, does not run, or ends while the command starts.
 * 500 is also what any failure of the engine looks like: whether a container runs, its State tells.
 */
export function isNoAnswer(error: unknown): boolean {
  return (
    error instanceof Error &&
    "statusCode" in error &&
    (error.statusCode === 404 || error.statusCode === 409 || error.statusCode === 500)
  );
}
