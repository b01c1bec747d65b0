import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { bytesText } from "../amounts";
import { connectEngine } from "../docker-engine";
import { streamExec } from "../docker-run";
import { engineImage } from "../engine-image";
import { parseInfo } from "../look/info";
import type { Terminal } from "../terminal";
import { BackupFileMissing, type BackupStore } from "./backup-store";
import { BadAof, checkAof } from "./check-aof";
import { Digest } from "./digest";
import { type EncodeOptions, recipientProblems } from "./encode";
import { DamagedBackup, DamagedRdb, NotTaken, UnknownRdb } from "./failures";
import { findBackups } from "./find-backups";
import {
  type ImportedAof,
  type ImportedRdb,
  type ImportSource,
  packAof,
  readImportSource,
} from "./import-source";
import {
  type CreatedBackup,
  type Keeping,
  keepBackup,
  roomInStore,
  storeOrProblem,
  storeRdb,
  untilInterrupted,
} from "./keep-backup";
import { type RdbSummary, summarizeRdb } from "./read-rdb";
import { rehearsalProblems } from "./rehearse";
import { NotLoaded, type ScratchServer, withScratchServer } from "./scratch-server";
import { readOnItsWay } from "./take-rdb";
import { compareStored } from "./verify-backup";
import { watching } from "./watch";

export interface ImportOptions extends EncodeOptions {
  /** Path of `dump.rdb`, of `appendonly.aof`, or of the folder of an append-only set. */
  readonly from: string;
  /** @default - where the stack's environment says */
  readonly at?: string;
}

/** A backup that was imported, or that has the same content and lay there before. */
export interface ImportedBackup extends CreatedBackup {
  readonly isThereAlready?: true;
}

/**
 * Makes a backup of files of Redis that lie on this machine, and keeps it as `keepBackup` does. An append-only set is
 * loaded by a server of its own, and what that server has is stored as a snapshot. The files are only read. A snapshot
 * that lies in the store already, byte for byte and whole, is not stored again.
 * @throws InvalidInputError when they cannot be used, before anything is written
 * @throws an expected failure (`isExpectedFailure`)
 */
export async function importBackup(
  stack: ResolvedStack,
  options: ImportOptions,
  terminal: Terminal,
): Promise<ImportedBackup> {
  const docker = await connectEngine(stack.props.docker);
  const image = await engineImage(docker, stack.props.server);
  const { source, store } = await prepare(stack, options, docker, image);
  return untilInterrupted((stop) => {
    const keeping = { stack, store, options, docker, image, terminal, stop };
    return source.kind === "rdb" ? importRdb(source, keeping) : importAof(source, keeping, stack);
  });
}

/** @throws InvalidInputError with every problem that can be seen before the files are read whole */
async function prepare(
  stack: ResolvedStack,
  { from, at, recipients }: ImportOptions,
  docker: Docker,
  image: string,
): Promise<{ readonly source: ImportSource; readonly store: BackupStore }> {
  const problems: Problem[] = recipientProblems("--recipient", recipients);
  const source = readImportSource(from);
  const store = storeOrProblem(at ?? stack.props.backups.at, stack, docker, problems);
  if ("field" in source) {
    problems.push(source);
  } else {
    const { rdbVersion } = stack.engine;
    const loads = source.kind === "aof" ? source.bytes : 0;
    const rehearsed = { id: from, usedMemory: loads, keys: undefined, encryption: "none" } as const;
    problems.push(
      ...(source.kind === "rdb" && source.rdbVersion > rdbVersion
        ? [tooNew(source, stack.id, rdbVersion)]
        : []),
      ...(await rehearsalProblems(rehearsed, { docker, image, identities: [] })),
      ...(store === undefined ? [] : await roomInStore(store, source.bytes, `which is what ${from} has`)),
    );
    if (store !== undefined && problems.length === 0) {
      return { source, store };
    }
  }
  throw new InvalidInputError(problems);
}

function tooNew({ path, rdbVersion }: ImportedRdb, id: string, supported: number): Problem {
  return {
    field: `--from ${path}`,
    got: `RDB version ${rdbVersion}`,
    expected: `version ${supported} or lower, which the engine of ${id} reads`,
    fix: "give the stack a newer engine, or bring the data as an append-only file without RDB preamble",
  };
}

/** What Redis' own file is replaced by while this reads is another file: both reads are of the same. */
async function importRdb(source: ImportedRdb, keeping: Keeping): Promise<ImportedBackup> {
  const { path, changedAt } = source;
  const { terminal, stop } = keeping;
  const file = await open(path);
  try {
    const watch = watching(`reading ${path}`, terminal, stop);
    const summary = await summaryOf(path, watch(contentOf(file), source.bytes));
    const bytes = summary?.bytes ?? source.bytes;
    const created = summary?.createdAt === undefined ? changedAt : new Date(summary.createdAt * 1000);
    const startedAt = created.getTime() <= Date.now() ? created : new Date();
    const origin = {
      kind: "rdb",
      startedAt,
      finishedAt: startedAt,
      engineVersion: summary?.redisVersion ?? "unknown",
      usedMemory: summary?.usedMemory ?? bytes,
      madeBy: "import",
    } as const;
    const same = await sameContent(keeping, bytes, () => watch(contentOf(file, bytes), bytes));
    if (same !== undefined) {
      return { ...same, isThereAlready: true };
    }
    const store = watching(`importing ${path}`, terminal, stop);
    return await keepBackup(keeping, origin, (name) => {
      const { content, facts } = readOnItsWay(contentOf(file, bytes));
      return storeRdb(keeping, name, { content: store(content, bytes), facts });
    });
  } finally {
    await file.close();
  }
}

/** The backup in the store that has this content, encrypted as this one would be, and whose file is whole. */
async function sameContent(
  { store, stack, options, terminal, stop }: Keeping,
  bytes: number,
  content: () => Readable,
): Promise<CreatedBackup | undefined> {
  const encryption = options.recipients.length > 0 ? "age" : "none";
  const candidates = (await findBackups([store], stack.id)).good.filter(
    ({ manifest }) => manifest.content.bytes === bytes && manifest.encryption === encryption,
  );
  if (candidates.length === 0) {
    return undefined;
  }
  const digest = new Digest();
  for await (const _ of digest.of(content())) {
    // Every piece is measured on its way.
  }
  const { sha256 } = digest.measured;
  for (const found of candidates.filter(({ manifest }) => manifest.content.sha256 === sha256)) {
    try {
      await compareStored(found, watching(`reading ${found.manifest.id}`, terminal, stop));
      return found;
    } catch (error) {
      if (!(error instanceof DamagedBackup || error instanceof BackupFileMissing)) {
        throw error;
      }
    }
  }
  return undefined;
}

/** From the start. Without the mark that `redis-cli --rdb -` leaves at the end, where `bytes` says so. */
function contentOf(file: FileHandle, bytes?: number): Readable {
  return file.createReadStream({
    start: 0,
    autoClose: false,
    ...(bytes === undefined ? {} : { end: bytes - 1 }),
  });
}

/** Undefined: there are types in it that this program does not know. The engine's own check says whether it is good. */
async function summaryOf(path: string, content: Readable): Promise<RdbSummary | undefined> {
  try {
    return await summarizeRdb(content);
  } catch (error) {
    if (error instanceof UnknownRdb) {
      return undefined;
    }
    throw error instanceof DamagedRdb
      ? refused(path, `a damaged file: ${error.message}`, "an RDB file that is whole", "take another copy")
      : error;
  }
}

async function importAof(
  source: ImportedAof,
  keeping: Keeping,
  { id, props }: ResolvedStack,
): Promise<CreatedBackup> {
  const { path } = source;
  const { docker, image, terminal, stop } = keeping;
  const { memoryLimit: memory } = props.server;
  const watch = (what: string) => watching(`${what} ${path}`, terminal, stop)(packAof(source), source.bytes);
  try {
    await checkAof(docker, image, watch("checking"));
    const load = { kind: "aof", content: watch("loading") } as const;
    const onProgress = (text: string) => terminal.err(`${path}: ${text}`);
    return await withScratchServer(docker, { image, memory, load, onProgress }, (server) => {
      terminal.err(`${path} is loaded; storing it as a snapshot`);
      return keepLoaded(source, keeping, server);
    });
  } catch (error) {
    if (error instanceof BadAof) {
      const fix = "run redis-check-aof --fix on a copy, and import that: it removes what is torn";
      throw refused(path, `a damaged set: ${error.message}`, "one that redis-check-aof finds good", fix);
    }
    if (error instanceof NotLoaded) {
      throw refused(
        path,
        `a set that cannot be loaded: ${error.message.split("; ").at(-1)}`,
        `one that a server with the ${bytesText(memory.toBytes())} of ${id} and Redis' own names of commands loads`,
        "let the old server write dump.rdb by SAVE, and import that",
      );
    }
    throw error;
  }
}

async function keepLoaded(
  { changedAt }: ImportedAof,
  keeping: Keeping,
  server: ScratchServer,
): Promise<CreatedBackup> {
  const info = parseInfo((await server.command("INFO")).stdout);
  const startedAt = changedAt.getTime() <= Date.now() ? changedAt : new Date();
  const origin = {
    kind: "rdb",
    startedAt,
    finishedAt: startedAt,
    engineVersion: info.get("redis_version") ?? "unknown",
    usedMemory: Number(info.get("used_memory_dataset") ?? 0),
    madeBy: "import",
  } as const;
  const { exitCode, stdout, stderr } = await server.command("SAVE");
  if (exitCode !== 0) {
    throw new NotTaken(`SAVE: ${stderr.trim() || stdout.trim()}`);
  }
  const watch = watching("storing", keeping.terminal, keeping.stop);
  return keepBackup(keeping, origin, (name) => {
    const { content, facts } = readOnItsWay(savedBy(server));
    return storeRdb(keeping, name, { content: watch(content, origin.usedMemory), facts });
  });
}

async function* savedBy({ container }: ScratchServer): AsyncGenerator<Buffer> {
  const { stdout, finished } = await streamExec(container, ["cat", "/data/dump.rdb"]);
  yield* stdout as AsyncIterable<Buffer>;
  const { exitCode, stderr } = await finished;
  if (exitCode !== 0) {
    throw new NotTaken(`dump.rdb could not be read: ${stderr.trim()}`);
  }
}

function refused(path: string, got: string, expected: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ field: `--from ${path}`, got, expected, fix }]);
}
