import type { Readable } from "node:stream";

/**
 * Where backups lie: `<stack>/<id>.json` is the manifest, `<stack>/<name>` what it speaks of. A directory, a Docker volume
 * and an S3 bucket have the same layout, so that one can be copied to the other by any means.
 */
export interface BackupStore {
  /** For people and for `--at`: a path, `volume:NAME` or `s3://BUCKET/PREFIX`. */
  readonly where: string;
  /** Names of all files of a stack, in no order. Empty when there is no such folder. */
  list(stack: string): Promise<readonly string[]>;
  /** @throws BackupFileMissing */
  read(stack: string, name: string): Promise<Readable>;
  /** Whole or not at all: a file of that name is there only when `content` ended well and was flushed to the disk. */
  write(stack: string, name: string, content: Readable): Promise<void>;
  /** Removes what is there of `names`, in this order. */
  remove(stack: string, names: readonly string[]): Promise<void>;
  /** Bytes that can still be written. Left out by stores that have no such limit. */
  free?(): Promise<number>;
}

/** Thrown by `read` when there is no such file. */
export class BackupFileMissing extends Error {}
