import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import type { Terminal } from "../terminal";
import { bytesText } from "./amounts";
import { type BackupSource, backupSource, infoNumber } from "./backup-source";
import type { BackupStore } from "./backup-store";
import { checkRdb } from "./check-rdb";
import { encode, encodedSuffix, recipientProblems } from "./encode";
import { dataFileStem } from "./find-backups";
import { formatManifest, type Manifest, manifestShape } from "./manifest";
import { NotTaken } from "./not-taken";
import { openStore } from "./open-store";
import { AofSet } from "./take-aof";
import { takeRdb } from "./take-rdb";
import { refuseOtherCounts, verifyBackup } from "./verify-backup";
import { type Watch, watching } from "./watch";

export interface CreateOptions {
  /** @default - where the stack's environment says */
  readonly at?: string;
  readonly kind: Manifest["kind"];
  readonly compression: Manifest["compression"];
  /** Public keys of age. Empty: not encrypted. */
  readonly recipients: readonly string[];
}

/** A backup that was taken, read back and found good. */
export interface CreatedBackup {
  readonly store: BackupStore;
  readonly manifest: Manifest;
}

/**
 * Takes a backup of a stack and verifies it: what was stored is read back, and the engine's own check must say that it is
 * good. Only then the manifest is written. When anything fails, or the program is asked to end, nothing stays.
 *
 * The check reads what lies in the store, after the server has done its part, so that the server's fork ends as early as it
 * can. What is encrypted cannot be read back: it is checked on its way, and its stored bytes are compared.
 * @throws InvalidInputError with everything that stands in the way, before anything is written
 * @throws an expected failure (`isExpectedFailure`)
 */
export async function createBackup(
  stack: ResolvedStack,
  options: CreateOptions,
  terminal: Terminal,
): Promise<CreatedBackup> {
  const docker = await connectEngine(stack.props.docker);
  const { source, store } = await prepare(stack, options, docker);
  const stop = new AbortController();
  const onSignal = () => stop.abort(new NotTaken("it was interrupted"));
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    return await create({ stack, options, docker, source, store, terminal, stop: stop.signal });
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

interface Work {
  readonly stack: ResolvedStack;
  readonly options: CreateOptions;
  readonly docker: Docker;
  readonly source: BackupSource;
  readonly store: BackupStore;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

async function create(work: Work): Promise<CreatedBackup> {
  const { stack, options, docker, source, store, terminal, stop } = work;
  const started = new Date();
  const id = `${started.toISOString().replace(/[-:]|\.\d+/g, "")}-${randomBytes(2).toString("hex")}`;
  const encryption = options.recipients.length > 0 ? "age" : "none";
  const name = `${dataFileStem(id, options.kind)}${encodedSuffix(options.compression, encryption)}`;
  const usedMemory = infoNumber(source, "used_memory_dataset");
  const watch = watching(`backing up ${stack.id}`, terminal, stop);
  try {
    const { facts, measured } = await (options.kind === "aof" ? storeAof : storeRdb)(work, name, (content) =>
      watch(content, usedMemory),
    );
    const manifest = manifestShape.parse({
      format: 1,
      id,
      stack: stack.id,
      kind: options.kind,
      startedAt: started.toISOString(),
      finishedAt: new Date().toISOString(),
      engine: {
        version: source.info.get("redis_version"),
        rdbVersion: facts.rdbVersion ?? stack.engine.rdbVersion,
      },
      ...measured,
      file: { name, ...measured.file },
      compression: options.compression,
      encryption,
      keys: facts.keys,
      sample: facts.sample,
      usedMemory,
      configuration: source.conf.sha256,
      madeBy: "redis-ops",
    } satisfies Record<keyof Manifest, unknown>);
    await verifyBackup(
      { store, manifest },
      { docker, image: source.image, identities: [], watch: watching(`reading ${id} back`, terminal, stop) },
    );
    stop.throwIfAborted();
    await store.write(stack.id, `${id}.json`, Readable.from([Buffer.from(formatManifest(manifest))]));
    return { store, manifest };
  } catch (error) {
    await store.remove(stack.id, [`${id}.json`, name]).catch(() => undefined); // the first failure is what is told
    throw error;
  }
}

async function storeRdb(work: Work, name: string, watch: Watch) {
  const { docker, source, options } = work;
  const { content, facts } = takeRdb(source);
  if (options.recipients.length === 0) {
    return { facts, measured: await storeContent(work, name, watch(content)) };
  }
  const copy = new PassThrough();
  const checked = checkRdb(docker, source.image, copy);
  checked.catch(() => undefined); // told below, when the content is stored
  try {
    const measured = await storeContent(work, name, watch(copied(content, copy)));
    refuseOtherCounts(facts.keys, await checked);
    return { facts, measured };
  } finally {
    copy.destroy();
  }
}

async function storeAof(work: Work, name: string, watch: Watch) {
  const set = await AofSet.hold(work.source, work.stack.props.server.auth, work.terminal);
  try {
    const { content, facts } = await set.take();
    return { facts, measured: await storeContent(work, name, watch(content)) };
  } finally {
    await set.release();
  }
}

async function storeContent({ stack, store, options }: Work, name: string, content: Readable) {
  const { stream, measured } = encode(content, options);
  await store.write(stack.id, name, stream);
  return measured();
}

/** The same content, which `copy` gets as well for as long as somebody reads it. */
function copied(content: Readable, copy: PassThrough): Readable {
  async function* both(): AsyncGenerator<Buffer> {
    for await (const chunk of content as AsyncIterable<Buffer>) {
      if (!copy.destroyed && !copy.write(chunk)) {
        const waiting = new AbortController();
        const { signal } = waiting;
        await Promise.race([once(copy, "drain", { signal }), once(copy, "close", { signal })]);
        waiting.abort();
      }
      yield chunk;
    }
    copy.end();
  }
  return Readable.from(both(), { objectMode: false });
}

/** @throws InvalidInputError with every problem that can be seen before anything is written */
async function prepare(
  stack: ResolvedStack,
  { at, kind, recipients }: CreateOptions,
  docker: Docker,
): Promise<{ readonly source: BackupSource; readonly store: BackupStore }> {
  const problems: Problem[] = recipientProblems("--recipient", recipients);
  if (kind === "aof" && !stack.props.server.persistence.pointInTime) {
    problems.push({
      field: "--kind",
      got: '"aof"',
      expected: `rdb, since ${stack.id} does not keep when each write was`,
      fix: "leave --kind out, or set persistence.pointInTime in the service's file and deploy it",
    });
  }
  const source = await backupSource(stack, docker);
  if ("length" in source) {
    problems.push(...source);
  }
  const store = opened(stack, at ?? stack.props.backups.at, docker, problems);
  if (store !== undefined && !("length" in source)) {
    problems.push(...(await roomProblems(store, infoNumber(source, "used_memory_dataset"))));
    if (problems.length === 0) {
      return { source, store };
    }
  }
  throw new InvalidInputError(problems);
}

function opened(
  stack: ResolvedStack,
  where: string,
  docker: Docker,
  problems: Problem[],
): BackupStore | undefined {
  try {
    return openStore(where, stack, docker);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    problems.push(...error.problems);
    return undefined;
  }
}

/** A snapshot is seldom larger than the data in memory; how much smaller cannot be known before. */
async function roomProblems(store: BackupStore, needed: number): Promise<readonly Problem[]> {
  const free = await store.free?.();
  return free === undefined || free >= needed
    ? []
    : [
        {
          field: store.where,
          got: `${bytesText(free)} free`,
          expected: `${bytesText(needed)}, which is what the data takes in memory`,
          fix: "make room, remove old backups with bin/redis-ops backup prune, or write elsewhere with --at",
        },
      ];
}
