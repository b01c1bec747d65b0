import type { Readable } from "node:stream";
import { InvalidInputError } from "../../core/problem";

/**
 * Where backups lie: `<stack>/<id>.json` is the manifest, `<stack>/<name>` what it speaks of. A directory, a Docker volume
 * and an S3 bucket have the same layout, so that one can be copied to the other by any means.
 *
 * Every method throws StoreFailure when the store does not do what it is asked.
 */
export interface BackupStore {
  /** For people and for `--at`: a path, `volume:NAME` or `s3://BUCKET/PREFIX`. */
  readonly where: string;
  /** Names of all files of a stack, in no order. Empty when there is no such folder. */
  list(stack: string): Promise<readonly string[]>;
  /** All files of a stack with their sizes and times, and the texts of the manifests, in one go. */
  survey(stack: string): Promise<readonly StoredFile[]>;
  /** @throws BackupFileMissing */
  read(stack: string, name: string): Promise<Readable>;
  /** Whole or not at all: a file of that name is there only when `content` ended well and was flushed to the disk. */
  write(stack: string, name: string, content: Readable): Promise<void>;
  /** Removes what is there of `names`, in this order. */
  remove(stack: string, names: readonly string[]): Promise<void>;
  /** Bytes that can still be written. Left out by stores that have no such limit. */
  free?(): Promise<number>;
}

/** A file in a store. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was last written to, by the clock of the store. */
  readonly changedAt: Date;
  /** Of files called `*.json` up to MAX_MANIFEST_BYTES. */
  readonly text?: string;
}

/** 1 MiB: a manifest has some 10 KiB. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;

/** Whether `survey` reads the text of a file. */
export function isManifest({ name, bytes }: Pick<StoredFile, "name" | "bytes">): boolean {
  return name.endsWith(".json") && bytes <= MAX_MANIFEST_BYTES;
}

/** Thrown by `read` when there is no such file. */
export class BackupFileMissing extends Error {
  constructor(
    readonly where: string,
    readonly file: string,
  ) {
    super(`${where} has no ${file}`);
    this.name = "BackupFileMissing";
  }
}

/** The world's fault and not the input's: a full disk, no permission, no answer. Exit code 1, in one line. */
export class StoreFailure extends Error {
  constructor(
    readonly where: string,
    /** What went wrong, without a full stop. */
    readonly reason: string,
    /** The next step, as an imperative sentence without a full stop. */
    readonly next: string,
  ) {
    super(`${where}: ${reason}. Next: ${next}.`);
    this.name = "StoreFailure";
  }
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/**
 * `<stack>/<name>`, or `<stack>` alone: never a path that leads elsewhere.
 * @throws InvalidInputError
 */
export function pathInStore(stack: string, name?: string): string {
  const parts = name === undefined ? { stack } : { stack, file: name };
  const problems = Object.entries(parts)
    .filter(([, text]) => !NAME.test(text))
    .map(([field, text]) => ({
      field,
      got: JSON.stringify(text),
      expected: "a name of letters, digits, `.`, `_` and `-` that does not start with `.` or `-`",
      fix: "use a name that redis-ops backup list shows",
    }));
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  return Object.values(parts).join("/");
}
