import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { bytesText } from "../amounts";
import type { Terminal } from "../terminal";
import type { BackupStore } from "./backup-store";
import { checkRdb } from "./check-rdb";
import type { Measured } from "./digest";
import { type EncodeOptions, encode, encodedSuffix } from "./encode";
import { NotTaken } from "./failures";
import { dataFileStem } from "./find-backups";
import { formatManifest, type Manifest, manifestShape } from "./manifest";
import { writingStore } from "./open-store";
import { idMoment } from "./retention";
import type { Taken, TakenFacts } from "./take-rdb";
import { refuseOtherCounts, verifyBackup } from "./verify-backup";
import { watching } from "./watch";

/** A backup that was stored, read back and found good. */
export interface CreatedBackup {
  readonly store: BackupStore;
  readonly manifest: Manifest;
}

/** Where a backup is kept, and how. */
export interface Keeping {
  readonly stack: Pick<ResolvedStack, "id" | "engine">;
  readonly store: BackupStore;
  readonly options: EncodeOptions;
  readonly docker: Docker;
  /** Image whose own check must say that it is good. */
  readonly image: string;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

/** What is known of the data before it is read. */
export interface Origin {
  readonly kind: Manifest["kind"];
  readonly startedAt: Date;
  /** @default - when all of it was stored */
  readonly finishedAt?: Date;
  readonly engineVersion: string;
  /** In bytes. */
  readonly usedMemory: number;
  /** SHA-256 of redis.conf. @default - not known */
  readonly configuration?: string;
  readonly madeBy: Manifest["madeBy"];
}

/** Content that lies in the store. */
export interface Stored {
  readonly facts: TakenFacts;
  readonly measured: { readonly content: Measured; readonly file: Measured };
}

/**
 * Stores a backup and verifies it: what was stored is read back, and the engine's own check must say that it is good. Only
 * then the manifest is written. When anything fails, or the program is asked to end, nothing stays. What is encrypted
 * cannot be read back: it is checked on its way (`storeContent`), and its stored bytes are compared.
 * @param write - stores the content under this name
 * @throws an expected failure (`isExpectedFailure`)
 */
export async function keepBackup(
  keeping: Keeping,
  origin: Origin,
  write: (name: string) => Promise<Stored>,
): Promise<CreatedBackup> {
  const { stack, store, options, docker, image, terminal, stop } = keeping;
  const { kind, startedAt, usedMemory, configuration } = origin;
  const id = `${idMoment(startedAt)}-${randomBytes(2).toString("hex")}`;
  const encryption = options.recipients.length > 0 ? "age" : "none";
  const name = `${dataFileStem(id, kind)}${encodedSuffix(options.compression, encryption)}`;
  try {
    const { facts, measured } = await write(name);
    const manifest = manifestShape.parse({
      format: 1,
      id,
      stack: stack.id,
      kind,
      startedAt: startedAt.toISOString(),
      finishedAt: (origin.finishedAt ?? new Date()).toISOString(),
      engine: {
        version: origin.engineVersion,
        rdbVersion: facts.rdbVersion ?? stack.engine.rdbVersion,
      },
      ...measured,
      file: { name, ...measured.file },
      compression: options.compression,
      encryption,
      keys: facts.keys,
      sample: facts.sample,
      usedMemory,
      configuration,
      madeBy: origin.madeBy,
    } satisfies Record<keyof Manifest, unknown>);
    await verifyBackup(
      { store, manifest },
      { docker, image, identities: [], watch: watching(`reading ${id} back`, terminal, stop) },
    );
    stop.throwIfAborted();
    await store.write(stack.id, `${id}.json`, Readable.from([Buffer.from(formatManifest(manifest))]));
    return { store, manifest };
  } catch (error) {
    await store.remove(stack.id, [`${id}.json`, name]).catch(() => undefined); // the first failure is what is told
    throw error;
  }
}

/** Stores a snapshot, as `storeContent` does. */
export async function storeRdb(keeping: Keeping, name: string, { content, facts }: Taken): Promise<Stored> {
  const measured = await storeContent(keeping, name, content, async (copy) =>
    refuseOtherCounts(facts.keys, await checkRdb(keeping.docker, keeping.image, copy)),
  );
  return { facts, measured };
}

/**
 * Compresses, encrypts and stores content.
 * @param check - the engine's own check, which throws. Content that gets encrypted goes through it on its way, since nobody
 *   here can read it back; any other is checked as it lies in the store.
 * @throws what `content`, the store and `check` throw
 */
export async function storeContent(
  { stack, store, options }: Keeping,
  name: string,
  content: Readable,
  check: (copy: Readable) => Promise<void>,
): Promise<Stored["measured"]> {
  const write = async (from: Readable) => {
    const { stream, measured } = encode(from, options);
    await store.write(stack.id, name, stream);
    return measured();
  };
  if (options.recipients.length === 0) {
    return write(content);
  }
  const copy = new PassThrough();
  const checked = check(copy);
  checked.catch(() => copy.destroy()); // told below, when the content is stored
  try {
    const measured = await write(copied(content, copy));
    await checked;
    return measured;
  } finally {
    copy.destroy();
  }
}

/** Ctrl-C, the end that a supervisor asks for, and a terminal or an ssh session that is gone. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs `work` with a signal that SIGINT, SIGTERM and SIGHUP give: it cleans up, and fails with `NotTaken`. */
export async function untilInterrupted<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = () => stop.abort(new NotTaken("it was interrupted"));
  for (const signal of SIGNALS) {
    process.once(signal, onSignal);
  }
  try {
    return await work(stop.signal);
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    for (const signal of SIGNALS) {
      process.off(signal, onSignal);
    }
  }
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

/** The store to write to that `where` names; undefined, and what is wrong with it in `problems`, when there cannot be one. */
export function storeOrProblem(
  where: string,
  stack: ResolvedStack,
  docker: Docker,
  problems: Problem[],
): BackupStore | undefined {
  try {
    return writingStore(where, stack, docker);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    problems.push(...error.problems);
    return undefined;
  }
}

/**
 * A problem when the store cannot take so many bytes.
 * @param why - what they are, e.g. `which is what the data takes in memory`
 */
export async function roomInStore(
  store: BackupStore,
  needed: number,
  why: string,
): Promise<readonly Problem[]> {
  const free = await store.free?.();
  return free === undefined || free >= needed
    ? []
    : [
        {
          field: store.where,
          got: `${bytesText(free)} free`,
          expected: `${bytesText(needed)}, ${why}`,
          fix: "make room, remove old backups with bin/redis-ops backup prune, or choose another place",
        },
      ];
}
