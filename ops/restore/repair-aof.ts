import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { bytesText } from "../amounts";
import { StoreFailure } from "../backup/backup-store";
import { findBackups } from "../backup/find-backups";
import { readingStores } from "../backup/open-store";
import { exec } from "../docker-engine";
import type { ExitCode } from "../exit-code";
import { ageOf } from "./kept-data";
import { type RestoreRun, replaceData } from "./replace-data";
import { roomFor, roomProblems } from "./restore-problems";
import { NotStaged, STAGING } from "./stage-backup";

const SET = "appendonlydir";
const MANIFEST = "appendonly.aof.manifest";

/** What redis-check-aof says of one file. */
interface Analyzed {
  readonly file: string;
  readonly bytes: number;
  /** Up to here it is whole. */
  readonly goodBytes: number;
}

/**
 * `restore --repair`: the append-only set as it is, without what is torn at the end of its newest file. The repair is done
 * on a copy, which is loaded by a server of its own and then takes the place of the set; that one is kept.
 * @throws InvalidInputError where nothing is wrong, or where nothing can be cut
 */
export async function repairAof(run: RestoreRun, stack: ResolvedStack): Promise<ExitCode> {
  const { docker, target, lock, present } = run;
  const refuse = (got: string, expected: string, fix: string) =>
    new InvalidInputError([{ field: "--repair", got, expected, fix }]);
  if (present.databases !== undefined) {
    throw refuse(
      `${target.containerName}, which runs and has all of its data`,
      "a server that does not start with its files",
      `bin/redis-ops verify ${target.id} --files tells whether they are good; BGREWRITEAOF writes them anew from the data`,
    );
  }
  if (!target.appendonly) {
    throw refuse(
      `dump.rdb, which ${target.id} keeps its data in`,
      "an append-only set: of a damaged snapshot, nothing can be relied on",
      await fromBackup(docker, stack),
    );
  }
  const { exitCode, said } = await check(lock, `/data/${SET}/${MANIFEST}`);
  if (exitCode === 0) {
    throw refuse(
      "an append-only set in which redis-check-aof finds nothing wrong",
      "one that is torn",
      `docker logs --tail 20 ${target.containerName} tells why the server does not start`,
    );
  }
  const torn = analyzed(said).at(-1);
  const isNewest = torn !== undefined && torn.file === (await newestFile(lock));
  if (torn === undefined || !isNewest || torn.goodBytes >= torn.bytes) {
    throw refuse(
      `damage that cannot be cut off: ${reasonIn(said)}`,
      "a newest file that is torn at its end, and others that are whole",
      await fromBackup(docker, stack),
    );
  }
  const bytes = await sizeOf(lock);
  const problems: readonly Problem[] = roomProblems(target.volume, roomFor(bytes), present.free);
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  const cut = torn.bytes - torn.goodBytes;
  return replaceData(run, {
    action: "repair",
    what:
      `the same data without the last ${cut} of the ${torn.bytes} bytes of ${torn.file} ` +
      `(${share(cut, torn.bytes)} of it), from byte ${torn.goodBytes} on`,
    stage: async () => {
      await stageRepaired(lock, torn);
      return { isAof: true };
    },
    usedMemory: bytes,
  });
}

/** Percent, never 0 or 100 of what is neither. */
function share(part: number, whole: number): string {
  const percent = Math.min(99.9, Math.max(0.1, (part / whole) * 100));
  return part === whole ? "100 %" : `${percent.toFixed(1)} %`;
}

/** `redis-check-aof` asks whether it may cut. */
const REPAIR = `
cp -a "/data/$1" ${STAGING}/ && cd "${STAGING}/$1" && yes y | redis-check-aof --fix "$2" && sync && stat -c %s "$3"`;

/** @throws NotStaged when the copy is not what was announced */
async function stageRepaired(lock: Docker.Container, { file, goodBytes }: Analyzed): Promise<void> {
  const { exitCode, stdout, stderr } = await exec(lock, ["sh", "-c", REPAIR, "repair", SET, MANIFEST, file]);
  const [left = ""] = stdout.trim().split("\n").slice(-1);
  if (exitCode !== 0 || Number(left) !== goodBytes) {
    throw new NotStaged(`the copy could not be repaired: ${reasonIn(`${stdout}\n${stderr}`)}`);
  }
  const { exitCode: again, said } = await check(lock, `${STAGING}/${SET}/${MANIFEST}`);
  if (again !== 0) {
    throw new NotStaged(`the copy is still damaged: ${reasonIn(said)}`);
  }
}

async function check(lock: Docker.Container, manifest: string) {
  const { exitCode, stdout, stderr } = await exec(lock, ["redis-check-aof", manifest]);
  return { exitCode, said: `${stdout}\n${stderr}` };
}

/** In the order in which they were looked at: the first that is damaged is the last of them. */
function analyzed(said: string): readonly Analyzed[] {
  return [...said.matchAll(/^AOF analyzed: filename=(.+), size=(\d+), ok_up_to=(\d+),/gm)].map(
    ([, file = "", bytes, good]) => ({ file, bytes: Number(bytes), goodBytes: Number(good) }),
  );
}

/** The only one that can be cut; it is the last that the manifest names. */
async function newestFile(lock: Docker.Container): Promise<string> {
  const { stdout } = await exec(lock, ["cat", `/data/${SET}/${MANIFEST}`]);
  return [...stdout.matchAll(/^file (\S+) seq \d+ type [bi]/gm)].at(-1)?.[1] ?? "";
}

async function sizeOf(lock: Docker.Container): Promise<number> {
  const { stdout } = await exec(lock, ["du", "-sk", `/data/${SET}`]);
  return Number.parseInt(stdout, 10) * 1024;
}

const REASON = /error|not valid|not sane|cannot|can't|no such|invalid|unexpected/i;

/** The lines that say why, without what is said of the data before. */
function reasonIn(said: string): string {
  const lines = said
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("---"));
  const reasons = lines.filter((line) => REASON.test(line));
  return (reasons.length > 0 ? reasons : lines.slice(-1)).join("; ") || "nothing was said";
}

/** What to do instead: the newest backup, by its name. */
async function fromBackup(docker: Docker, stack: ResolvedStack): Promise<string> {
  const { id } = stack;
  const empty = `bin/redis-ops restore ${id} --empty starts with no data and keeps the files`;
  try {
    const [newest] = (await findBackups(readingStores(stack, undefined, docker), id)).good;
    if (newest === undefined) {
      return `there is no backup; ${empty}`;
    }
    const { manifest, store } = newest;
    const age = ageOf(new Date(manifest.finishedAt));
    return (
      `bin/redis-ops restore ${id} --from ${manifest.id}, the newest backup, ` +
      `${age} old, ${bytesText(manifest.file.bytes)} in ${store.where}`
    );
  } catch (error) {
    if (error instanceof StoreFailure) {
      return `make the place of the backups answer (${error.message}), and restore --from latest; or ${empty}`;
    }
    throw error;
  }
}
