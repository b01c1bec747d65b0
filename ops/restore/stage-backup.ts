import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { filterRdb } from "../backup/filter-rdb";
import type { Manifest } from "../backup/manifest";
import { RdbReader } from "../backup/read-rdb";
import { type ExecResult, exec } from "../docker-engine";
import { streamExec } from "../docker-run";
import { matchesKey } from "../keys/match-key";
import { repackAof } from "./repack-aof";
import type { RestoreTarget } from "./restore-target";

/** Where a data set is made ready, in the volume. Redis ignores the name. */
export const STAGING = "/data/restore-incoming";
const AOF_FOLDER = `${STAGING}/appendonlydir`;
const AOF_MANIFEST = `${AOF_FOLDER}/appendonly.aof.manifest`;
const SNAPSHOT = `${STAGING}/dump.rdb`;

/** The data could not be made ready: the backup is damaged, or the volume took no more. Nothing was changed. */
export class NotStaged extends Error {}

/** What a server that has loaded it must have. Left out: not known before. */
export type Expected = Pick<Manifest, "keys" | "sample">;

export interface Staged extends Expected {
  /** Whether what lies there is an append-only file. */
  readonly isAof: boolean;
}

/** Removes what lies there, of this restore or of one that was killed. */
export async function clearStaging(lock: Docker.Container): Promise<void> {
  await run(lock, `rm -rf ${STAGING} /data/restore-in-progress.new && mkdir -m 700 ${STAGING}`);
}

/**
 * Streams a backup into the volume, in the layout that the server reads. An append-only set stays one, also for a server
 * without: the server that checks it (`toSnapshot` of check-by-loading.ts) makes a snapshot of it.
 * @throws NotStaged, and what reading `content` throws
 */
export async function stageBackup(
  { appendonly }: Pick<RestoreTarget, "appendonly">,
  lock: Docker.Container,
  manifest: Pick<Manifest, "kind" | "keys" | "sample">,
  content: Readable,
  patterns: readonly string[] = [],
): Promise<Staged> {
  if (manifest.kind === "aof") {
    await receive(lock, `mkdir -m 700 ${AOF_FOLDER} && exec tar -x -o -C ${AOF_FOLDER}`, repackAof(content));
    await run(lock, `sync && redis-check-aof ${AOF_MANIFEST}`);
    return { isAof: true };
  }
  const keep = (_database: number, key: Buffer) => patterns.some((pattern) => matchesKey(pattern, key));
  const reader = new RdbReader({ checksum: false });
  const kept = patterns.length === 0 ? content : read(filterRdb(content, keep), reader);
  const base = `${AOF_FOLDER}/appendonly.aof.1.base.rdb`;
  const file = appendonly ? base : SNAPSHOT;
  await receive(
    lock,
    `umask 077 && mkdir -p ${appendonly ? AOF_FOLDER : STAGING} && exec cat >${file}`,
    kept,
  );
  await run(lock, `sync && redis-check-rdb ${file}`);
  if (appendonly) {
    const line = "file appendonly.aof.1.base.rdb seq 1 type b";
    await run(
      lock,
      `umask 077 && echo '${line}' >${AOF_MANIFEST} && sync && redis-check-aof ${AOF_MANIFEST}`,
    );
  }
  if (patterns.length === 0) {
    return { isAof: appendonly, keys: manifest.keys, sample: manifest.sample };
  }
  const { keys, sample } = reader.end();
  return { isAof: appendonly, keys, sample: [...sample] };
}

/** `content` as it is, read by `reader` on its way. */
function read(content: Readable, reader: RdbReader): Readable {
  async function* tapped() {
    for await (const chunk of content) {
      reader.push(chunk);
      yield chunk;
    }
  }
  return Readable.from(tapped(), { objectMode: false });
}

/** Whether an append-only set was cut at a moment. */
export interface CutResult {
  /** First and last second, in unix time, that the set can be cut at. Left out: it has no times in its newest file. */
  readonly window?: readonly [first: number, last: number];
  readonly isCut: boolean;
}

/** The times in the newest file of the set, which is the only one that redis-check-aof can cut. */
const TIMES = `
cd ${AOF_FOLDER}
newest=$(sed -n 's/^file \\([^ ]*\\) .*type i.*/\\1/p' appendonly.aof.manifest | tail -n 1)
[ -n "$newest" ] || exit 0
sed -n 's/^#TS:\\([0-9]*\\).*/\\1/p' "$newest" | sed -n '1p;$p'`;

/**
 * Removes from the staged set what was written after `seconds` (unix time). Only as far back as the last rewrite of the
 * file: what was before is in the base, without times.
 * @throws NotStaged when redis-check-aof fails
 */
export async function cutAt(lock: Docker.Container, seconds: number): Promise<CutResult> {
  const { stdout } = await run(lock, TIMES);
  const [first, last] = stdout.trim().split("\n").map(Number);
  if (first === undefined || first === 0 || Number.isNaN(first)) {
    return { isCut: false };
  }
  const window = [first, last ?? first] as const;
  if (seconds < first) {
    return { isCut: false, window };
  }
  if (seconds < window[1]) {
    await run(lock, `redis-check-aof --truncate-to-timestamp ${seconds} ${AOF_MANIFEST} && sync`);
  }
  return { isCut: true, window };
}

/** Stages what an earlier restore kept: as a copy, so that it stays until the exchange has come to its end. */
export async function stageKept(
  lock: Docker.Container,
  name: string,
  entries: readonly string[],
): Promise<void> {
  const script = `cd "/data/$1" && shift && cp -a "$@" ${STAGING}/ && sync`;
  await run(lock, script, name, ...entries);
}

/** After the server that loaded the append-only set has written `dump.rdb` beside it. */
export async function dropAof(lock: Docker.Container): Promise<void> {
  await run(lock, `redis-check-rdb ${SNAPSHOT} && rm -r ${AOF_FOLDER} && sync`);
}

async function receive(lock: Docker.Container, script: string, content: Readable): Promise<void> {
  const { stdout, finished } = await streamExec(lock, ["sh", "-c", script], content);
  const output = text(stdout);
  // Also where `content` fails: the command has ended when its output has, and writes nothing later.
  await output.catch(() => undefined);
  const [out, { exitCode, stderr }] = await Promise.all([output, finished]);
  refuse({ exitCode, stdout: out, stderr });
}

async function run(lock: Docker.Container, script: string, ...words: readonly string[]): Promise<ExecResult> {
  return refuse(await exec(lock, ["sh", "-c", script, "restore", ...words]));
}

const MAX_LINES = 5;
/** What redis-check-rdb says besides what is wrong. */
const ADDITIONAL = /^\[(additional )?info\]|^--- |^\s*$/;

function refuse(result: ExecResult): ExecResult {
  if (result.exitCode !== 0) {
    const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => !ADDITIONAL.test(line));
    throw new NotStaged(lines.slice(-MAX_LINES).join("; ") || `exit code ${result.exitCode}`);
  }
  return result;
}
