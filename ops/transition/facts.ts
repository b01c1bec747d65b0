import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { AuthProps } from "../../core/redis-stack-props";
import { type DeployedConf, deployedConf } from "../backup/deployed";
import { isNotFound } from "../docker-engine";
import { engineOf } from "../engine-of";
import { redisCommand } from "../redis-command";
import {
  type DataFiles,
  type DataPlace,
  isImageThere,
  readDataFiles,
  UnreadData,
  wordsInAof,
} from "./data-files";
import { renamedWords } from "./renamed-words";
import { startRefusal } from "./start-refusal";

/** The container of a stack as it is, and what it was made with. */
export interface DeployedServer {
  readonly conf: DeployedConf;
  readonly image: string;
  /** Volume mounted at `/data`; undefined: something else, or nothing. */
  readonly dataVolume: string | undefined;
  /** Whether the volume was deployed as one that Terraform refuses to destroy. */
  readonly isProtected: boolean;
}

/** What the running server says of itself. Sizes are in bytes. */
export interface LiveServer {
  readonly version: string;
  readonly isAofOn: boolean;
  /** Whether the append-only file is complete: no first rewrite is under way or has failed. */
  readonly isAofComplete: boolean;
  /** Save points as CONFIG GET shows them; empty: none, and a stop writes no snapshot. */
  readonly save: string;
  readonly keys: number;
  readonly usedMemory: number;
  /** What `maxmemory` is compared with. */
  readonly countedMemory: number;
  readonly residentMemory: number;
  readonly maxmemoryPolicy: string;
}

/** Everything that is compared with what is about to be deployed. What cannot be known is left out. */
export interface TransitionFacts {
  readonly next: ResolvedStack;
  readonly nextConf: DeployedConf;
  /** Undefined: no container, or one that this project did not deploy. */
  readonly deployed: DeployedServer | undefined;
  readonly live?: LiveServer;
  /** Why a server that runs could not be asked, and what helps. */
  readonly unanswered?: { readonly why: string; readonly fix: string };
  /** Whether the container ends and is started again, over and over: no server runs. */
  readonly isRestarting?: boolean;
  /** Whether there is a container of the stack's name that this project did not deploy. */
  readonly isForeign?: boolean;
  readonly files: DataFiles;
  /** Names of commands that the append-only file may hold, and that the next server does not know. */
  readonly lostWords: readonly string[];
  /** Why the files could not be looked at, so that nothing is known of the two above. */
  readonly unread?: string;
  /** What the start script would say to the volume as it is; only where no server runs that will write it once more. */
  readonly startRefusal?: string | undefined;
}

const NO_FILES: DataFiles = { hasManifest: false, rdbVersions: [] };
const SECONDS_TO_ANSWER = 20;
const WAIT_OR_MEND = "wait until it has loaded, mend it, or stop it with docker stop";

/** Reads only. Undefined: there is neither a container nor a volume, so that nothing can be lost. */
export async function transitionFacts(
  docker: Docker,
  next: ResolvedStack,
  nextConf: DeployedConf,
): Promise<TransitionFacts | undefined> {
  const container = docker.getContainer(next.props.server.containerName);
  const inspected = await unlessMissing(container.inspect());
  const conf = inspected === undefined ? undefined : await deployedConf(container);
  const dataVolume = inspected?.Mounts.find(({ Destination }) => Destination === "/data")?.Name;
  const deployed =
    inspected === undefined || conf === undefined
      ? undefined
      : {
          conf,
          image: inspected.Config.Image,
          dataVolume,
          isProtected: inspected.Config.Labels?.["redis-on-docker.data-volume"] === "protected",
        };
  const volume = dataVolume ?? next.props.dataVolume.name;
  const isVolumeThere = (await unlessMissing(docker.getVolume(volume).inspect())) !== undefined;
  if (inspected === undefined && !isVolumeThere) {
    return undefined;
  }
  const names = deployed?.conf ?? nextConf;
  const words = deployed === undefined ? [] : renamedWords(deployed.conf, nextConf);
  const runs = inspected?.State.Running === true && !inspected.State.Restarting;
  const isPaused = inspected?.State.Paused === true;
  const known = {
    next,
    nextConf,
    deployed,
    isForeign: inspected !== undefined && deployed === undefined,
    isRestarting: deployed !== undefined && inspected !== undefined && restartsAgain(inspected),
  };
  if (deployed !== undefined && runs && !isPaused) {
    try {
      const live = await liveServer(container, deployed.conf);
      // One that is in a loop will never have loaded.
      if (typeof live !== "string" || !known.isRestarting) {
        return {
          ...known,
          ...(typeof live === "string"
            ? { unanswered: { why: live, fix: WAIT_OR_MEND } }
            : { live, isRestarting: false }),
          ...(await dataFacts(docker, { container }, names, words)),
        };
      }
    } catch (error) {
      if (!isStopped(error)) {
        throw error;
      }
    }
  }
  const asleep =
    deployed !== undefined && isPaused
      ? { unanswered: { why: "it is paused", fix: `docker unpause ${next.props.server.containerName}` } }
      : {};
  const image = deployed?.image ?? next.props.server.image;
  if (!isVolumeThere || !(await isImageThere(docker, image))) {
    return { ...known, ...asleep, files: NO_FILES, lostWords: [] };
  }
  const place = { volume, image };
  return {
    ...known,
    ...asleep,
    ...(await dataFacts(docker, place, names, words)),
    // What is paused, or runs and was not deployed by this project, is stopped first, and may write once more.
    ...(isPaused || (runs && deployed === undefined)
      ? {}
      : { startRefusal: await startRefusal(docker, place, nextConf.text) }),
  };
}

async function dataFacts(
  docker: Docker,
  place: DataPlace,
  names: DeployedConf,
  words: readonly string[],
): Promise<Pick<TransitionFacts, "files" | "lostWords" | "unread">> {
  try {
    return {
      files: await readDataFiles(docker, place, names),
      lostWords: await wordsInAof(docker, place, names, words),
    };
  } catch (error) {
    if (error instanceof UnreadData) {
      return { files: NO_FILES, lostWords: [], unread: error.message };
    }
    throw error;
  }
}

/** What the server that is there is; undefined: nothing says so. */
export function versionOf({ live, deployed }: TransitionFacts): string | undefined {
  return live?.version ?? engineOf(deployed?.image)?.version;
}

/** Whether a container ends and is started again: one that was, and has not been healthy since, as one that loops never is. */
function restartsAgain({ State, RestartCount }: Docker.ContainerInspectInfo): boolean {
  return State.Restarting || (RestartCount > 0 && State.Running && State.Health?.Status === "starting");
}

/** Whether `error` is the engine's 409: the container is not running any more, as one that restarts again and again. */
function isStopped(error: unknown): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === 409;
}

/** Who may ask the server that was deployed with this configuration. */
export function authOf(conf: DeployedConf): AuthProps {
  return conf.directive("requirepass") === undefined
    ? { mode: "none" }
    : { mode: "requirepass", secretsVolume: "" };
}

/** INFO as fields, or what came instead. */
export async function info(
  container: Docker.Container,
  conf: DeployedConf,
): Promise<ReadonlyMap<string, string> | string> {
  const command = redisCommand(container, authOf(conf), [conf.commandName("INFO") ?? "INFO"]);
  const late = sleep(SECONDS_TO_ANSWER * 1000, undefined, { ref: false });
  const result = await Promise.race([command, late]);
  if (result === undefined) {
    return `no answer within ${SECONDS_TO_ANSWER} s`;
  }
  const { exitCode, stdout, stderr } = result;
  const fields = new Map(
    [...stdout.matchAll(/^([a-z_0-9]+):(.*?)\r?$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  return exitCode === 0 && fields.has("redis_version")
    ? fields
    : stderr.trim() || stdout.trim() || `exit code ${exitCode}`;
}

async function liveServer(container: Docker.Container, conf: DeployedConf): Promise<LiveServer | string> {
  const fields = await info(container, conf);
  if (typeof fields === "string") {
    return fields;
  }
  if (fields.get("loading") !== "0") {
    return "it is still loading its data";
  }
  const save = await liveSave(container, conf);
  if ("refusal" in save) {
    return save.refusal;
  }
  const isAofOn = fields.get("aof_enabled") === "1";
  const wasDeployedWithAof = conf.directive("appendonly") === "yes";
  const number = (name: string) => Number(fields.get(name) ?? 0);
  return {
    version: fields.get("redis_version") ?? "",
    isAofOn,
    isAofComplete: isAofOn && (wasDeployedWithAof || isRewritten(fields)),
    ...save,
    keys: [...fields].reduce(
      (sum, [name, value]) => sum + (/^db\d+$/.test(name) ? Number(/keys=(\d+)/.exec(value)?.[1] ?? 0) : 0),
      0,
    ),
    usedMemory: number("used_memory"),
    countedMemory: number("used_memory") - number("mem_not_counted_for_evict"),
    residentMemory: number("used_memory_rss"),
    maxmemoryPolicy: fields.get("maxmemory_policy") ?? "",
  };
}

/** Whether no rewrite of the append-only file is under way, and the last one did well. */
export function isRewritten(fields: ReadonlyMap<string, string>): boolean {
  return (
    fields.get("aof_rewrite_in_progress") === "0" &&
    fields.get("aof_rewrite_scheduled") === "0" &&
    fields.get("aof_last_bgrewrite_status") === "ok"
  );
}

/** Save points, as `LiveServer` has them. Where nobody can call CONFIG, nobody can have changed them either. */
export async function liveSave(
  container: Docker.Container,
  conf: DeployedConf,
): Promise<{ readonly save: string } | { readonly refusal: string }> {
  const config = conf.commandName("CONFIG");
  if (config === undefined) {
    return { save: (conf.directive("save") ?? "").replaceAll('"', "") };
  }
  const { exitCode, stdout, stderr } = await redisCommand(container, authOf(conf), [config, "GET", "save"]);
  const [name, value = ""] = stdout.split("\n");
  return exitCode === 0 && name?.trim() === "save"
    ? { save: value.trim() }
    : { refusal: `CONFIG GET save: ${stderr.trim() || stdout.trim() || `exit code ${exitCode}`}` };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}
