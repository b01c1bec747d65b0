import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { deployedConf } from "../backup/deployed";
import { findBackups } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { isOfFuture } from "../backup/retention";
import { checkDataFiles } from "../check-data-files";
import { type ExecResult, exec, isLocalEngine, isNotFound } from "../docker-engine";
import { runThrowAway } from "../docker-run";
import { engineImage } from "../engine-image";
import { parseInfo } from "../look/info";
import { redisCommand } from "../redis-command";
import { secretStates } from "../stack-secrets";
import type { Terminal } from "../terminal";
import { tryPublishedPorts } from "../try-published-ports";
import { containerFacts, eventTimes, logLines } from "./container-facts";
import {
  type BackupFacts,
  type ContainerFacts,
  type Fact,
  type Facts,
  known,
  type LogLine,
  PING_SECONDS,
} from "./facts";
import { answerOf, passwordsOf, refusedLoginsOf, slowCommandsOf } from "./read-answers";
import { LOOK_INSIDE, readInside } from "./read-inside";

/** Longest waits, in seconds. A volume and its files take a container of their own. */
const LIMITS = { engine: 5, volume: 10, files: 60, ping: PING_SECONDS + 4, redis: 5, stores: 15 } as const;

const LOG_LINES = 200;
const DAY_SECONDS = 86_400;
const SLOW_ENTRIES = 10;

/** The password files of the container by their SHA-256, as ACL LIST shows them; the passwords stay where they are. */
const PASSWORD_SUMS =
  'cd /run/secrets && for file in *; do echo "$(printf %s "$(cat "$file")" | sha256sum | cut -d " " -f 1) $file"; done';

const NOT_RUNNING = { unknown: "the server does not run" } as const;

/**
 * Looks at everything once, each source with its own time limit, and changes nothing. What a source cannot say is told in
 * its fact; nothing is thrown.
 */
export async function gatherFacts(docker: Docker, stack: ResolvedStack, terminal: Terminal): Promise<Facts> {
  const { id, props } = stack;
  const name = props.server.containerName;
  const container = docker.getContainer(name);
  const announced = setTimeout(() => terminal.err(`looking at ${id}`), 2000);
  try {
    const found = await fact(LIMITS.engine, () => inspect(docker, name));
    const state = known(found);
    const isRunning = state !== undefined && state !== "none" && state.status === "running";
    const live = <T>(seconds: number, read: () => Promise<T>) =>
      isRunning ? fact(seconds, read) : Promise.resolve(NOT_RUNNING);
    // What needs no answer of the server is asked while that is waited for.
    const beside = {
      log:
        state === "none"
          ? { unknown: "there is no container" }
          : fact(LIMITS.engine, async () =>
              logLines(
                await container.logs({ stdout: true, stderr: true, tail: LOG_LINES, timestamps: true }),
              ),
            ),
      oomEvents: fact(LIMITS.engine, () => oomEvents(docker, name)),
      secrets: fact(LIMITS.volume, () => secretStates(docker, props)),
      dataFiles: isHealthy(state)
        ? { unknown: "the server runs, and has loaded them" }
        : fact(LIMITS.files, () => dataFiles(docker, stack)),
      exporter: fact(LIMITS.engine, async () =>
        props.exporter === undefined ? undefined : inspect(docker, props.exporter.containerName),
      ),
      metrics: metrics(stack, terminal),
      schedule: fact(LIMITS.engine, async () =>
        props.backups.schedule === undefined
          ? undefined
          : inspect(docker, props.backups.schedule.containerName),
      ),
      scheduleLog: fact(LIMITS.engine, () => scheduleLog(docker, stack)),
      backups: fact(LIMITS.stores, () => backups(docker, stack)),
    };
    const look = await live(LIMITS.engine, async () => {
      const argv = ["sh", "-c", LOOK_INSIDE, "look-inside", folderOf(stack)];
      return readInside((await exec(container, argv)).stdout);
    });
    const isHeld = "value" in look && look.value.inside.processState === "T";
    const answer = isHeld
      ? ({ unknown: "its process is stopped by a signal" } as const)
      : await live(LIMITS.ping, async () =>
          answerOf(await redisCommand(container, props.server.auth, ["PING"], PING_SECONDS), PING_SECONDS),
        );
    const kind = known(answer)?.kind;
    const answers = kind === "pong" || kind === "misconf" || kind === "loading";
    const ask = <T>(command: readonly string[], read: (stdout: string) => T, needs = answers) =>
      needs
        ? fact(LIMITS.redis + 1, async () =>
            read(succeeded(await redisCommand(container, props.server.auth, command, LIMITS.redis))),
          )
        : Promise.resolve({ unknown: "value" in answer ? answer.value.said : answer.unknown } as const);
    const isReady = answers && kind !== "loading";
    const info = ask(["INFO", "everything"], parseInfo);
    const conf = await deployedConf(container).catch(() => undefined);
    const named = (command: string) => conf?.commandName(command) ?? command;
    const facts: { readonly [K in keyof Facts]: Facts[K] | Promise<Facts[K]> } = {
      ...beside,
      id,
      props,
      now: Date.now(),
      container: found,
      inside: "value" in look ? { value: look.value.inside } : look,
      volume:
        "value" in look && look.value.volume !== undefined
          ? { value: look.value.volume }
          : fact(LIMITS.volume, () => volumeFromOutside(docker, stack)),
      answer,
      info,
      evictedLater: info.then(async () => {
        await sleep(isReady ? 1000 : 0);
        return ask(["INFO", "stats"], (said) => Number(parseInfo(said).get("evicted_keys") ?? 0), isReady);
      }),
      slowlog: ask(["--json", named("SLOWLOG"), "GET", `${SLOW_ENTRIES}`], slowCommandsOf, isReady),
      aclLog: ask(["--json", named("ACL"), "LOG"], refusedLoginsOf, isReady),
      passwords:
        props.server.auth.mode === "none"
          ? { value: [] }
          : ask([named("ACL"), "LIST"], (list) => list, isReady).then((users) =>
              "value" in users
                ? fact(LIMITS.engine, async () => {
                    const { stdout } = await exec(container, ["sh", "-c", PASSWORD_SUMS]);
                    return passwordsOf(users.value, stdout);
                  })
                : users,
            ),
    };
    const entries = await Promise.all(
      Object.entries(facts).map(async ([key, value]) => [key, await value] as const),
    );
    return Object.fromEntries(entries) as unknown as Facts;
  } finally {
    clearTimeout(announced);
  }
}

/** What `read` says within the time, or why not. */
async function fact<T>(seconds: number, read: () => Promise<T>): Promise<Fact<T>> {
  const timer = new AbortController();
  const late = sleep(seconds * 1000, { unknown: `no answer within ${seconds} s` } as const, {
    signal: timer.signal,
  });
  const work = read().then(
    (value) => ({ value }),
    (error: unknown) => ({ unknown: (error as Error).message.trim() }),
  );
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

function succeeded({ exitCode, stdout, stderr }: ExecResult): string {
  if (exitCode !== 0) {
    throw new Error((stderr.trim() || stdout.trim() || `exit code ${exitCode}`).replace(/\n/g, "; "));
  }
  return stdout;
}

async function inspect(docker: Docker, name: string): Promise<ContainerFacts | "none"> {
  try {
    return containerFacts(await docker.getContainer(name).inspect());
  } catch (error) {
    if (isNotFound(error)) {
      return "none";
    }
    throw error;
  }
}

async function scheduleLog(docker: Docker, { props }: ResolvedStack): Promise<readonly LogLine[]> {
  const { schedule } = props.backups;
  if (schedule === undefined) {
    return [];
  }
  const options = { stdout: true, stderr: true, tail: 20, timestamps: true } as const;
  return logLines(await docker.getContainer(schedule.containerName).logs(options));
}

/** The engine keeps the newest 256 events. */
async function oomEvents(docker: Docker, name: string): Promise<readonly number[]> {
  const now = Math.floor(Date.now() / 1000);
  const events = await docker.getEvents({
    since: now - DAY_SECONDS,
    until: now,
    filters: { container: [name], event: ["oom"] },
  });
  return eventTimes(await text(events));
}

const folderOf = ({ props }: ResolvedStack) => props.server.directives.appenddirname ?? "appendonlydir";

async function volumeFromOutside(docker: Docker, stack: ResolvedStack) {
  const { server, dataVolume } = stack.props;
  if (!(await isVolumeThere(docker, dataVolume.name))) {
    return "none" as const;
  }
  const { stdout } = await runThrowAway(docker, {
    image: await engineImage(docker, server),
    argv: ["sh", "-c", LOOK_INSIDE, "look-inside", folderOf(stack)],
    binds: [`${dataVolume.name}:/data`],
  });
  const { volume } = readInside(stdout);
  if (volume === undefined) {
    throw new Error("df said nothing of /data");
  }
  return volume;
}

/** A container with a volume that is not there would make it. */
async function isVolumeThere(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getVolume(name).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      return false;
    }
    throw error;
  }
}

const isHealthy = (state: ContainerFacts | "none" | undefined) =>
  state !== undefined && state !== "none" && state.status === "running" && state.health === "healthy";

async function dataFiles(docker: Docker, { props }: ResolvedStack) {
  return (await isVolumeThere(docker, props.dataVolume.name)) ? checkDataFiles(docker, props) : [];
}

function metrics({ props: { server, exporter, docker } }: ResolvedStack, terminal: Terminal) {
  if (exporter === undefined || !isLocalEngine(docker)) {
    return Promise.resolve({ unknown: "there is no port of an exporter on this machine" });
  }
  const { hostPort: _not, ...own } = server;
  return fact(LIMITS.engine, async () => {
    const [finding] = await tryPublishedPorts({ server: own, exporter }, terminal, 0);
    return finding?.saw ?? "nothing";
  });
}

async function backups(docker: Docker, stack: ResolvedStack): Promise<BackupFacts> {
  const now = new Date();
  const volume = stack.props.backups.schedule?.volumeName;
  const places = readingStores(stack, undefined, docker);
  const isThere = volume === undefined || (await isVolumeThere(docker, volume));
  const stores = isThere ? places : places.slice(0, 1);
  const { good, failures } = await findBackups(stores, stack.id, now);
  const newest = good.find(({ manifest }) => !isOfFuture(manifest, now));
  return {
    count: good.length,
    ...(newest === undefined
      ? {}
      : { newestSeconds: (now.getTime() - Date.parse(newest.manifest.startedAt)) / 1000 }),
    failures: failures.map(({ message }) => message),
  };
}
