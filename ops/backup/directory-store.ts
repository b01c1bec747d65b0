import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { errorCode } from "../error-code";
import {
  BackupFileMissing,
  type BackupStore,
  isManifest,
  pathInStore,
  type StoredFile,
  StoreFailure,
} from "./backup-store";
import { Watched } from "./watched";

/** What stops a file system, and what to do about it. */
const FAILURES: Readonly<Record<string, readonly [reason: string, next: string]>> = {
  ENOENT: ["somebody removed a file of it in the meantime", "try again when nothing else cleans up there"],
  ENOSPC: ["no space is left on the disk", "make room there, or write elsewhere with --at"],
  EDQUOT: ["the quota of the disk is used up", "make room there, or write elsewhere with --at"],
  EACCES: ["permission denied", "run as the owner of the directory, or choose another with --at"],
  EPERM: ["the operation is not permitted", "run as the owner of the directory, or choose another with --at"],
  EROFS: ["the file system is read-only", "mount it writable, or write elsewhere with --at"],
  ENOTDIR: ["a part of the path is a file", "choose a directory with --at"],
  EEXIST: ["a part of the path is a file", "choose a directory with --at"],
  ENAMETOOLONG: ["the path is too long", "choose a shorter one with --at"],
  ELOOP: ["the path is a loop of symbolic links", "choose another directory with --at"],
  EIO: ["the disk does not read or write", "look at the disk, and write elsewhere with --at"],
  EFBIG: ["the file is too large for the file system", "write elsewhere with --at"],
};

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** A directory: `<path>/<stack>/<name>`. Folders that it makes can be read by their owner alone, as can the files. */
export class DirectoryStore implements BackupStore {
  private readonly path: string;

  /** @param base what a relative `where` starts from */
  constructor(
    readonly where: string,
    base: string,
  ) {
    this.path = resolve(base, where);
  }

  async list(stack: string): Promise<readonly string[]> {
    return this.trying(async () => {
      const entries = await readdir(join(this.path, pathInStore(stack)), { withFileTypes: true }).catch(
        unlessMissing,
      );
      return (entries ?? []).filter((entry) => entry.isFile()).map(({ name }) => name);
    });
  }

  async survey(stack: string): Promise<readonly StoredFile[]> {
    const names = await this.list(stack);
    return this.trying(async () => {
      const files = await Promise.all(names.map((name) => this.surveyed(stack, name).catch(unlessMissing)));
      return files.filter((file) => file !== undefined);
    });
  }

  private async surveyed(stack: string, name: string): Promise<StoredFile> {
    const path = join(this.path, stack, name);
    const { size: bytes, mtime: changedAt } = await stat(path);
    const file = { name, bytes, changedAt };
    return isManifest(file) ? { ...file, text: await readFile(path, "utf8") } : file;
  }

  async read(stack: string, name: string): Promise<Readable> {
    const file = pathInStore(stack, name);
    const handle = await this.trying(() =>
      open(join(this.path, file), constants.O_RDONLY).catch(unlessMissing),
    );
    if (handle === undefined) {
      throw new BackupFileMissing(this.where, file);
    }
    return handle.createReadStream();
  }

  async write(stack: string, name: string, content: Readable): Promise<void> {
    const target = join(this.path, pathInStore(stack, name));
    const input = new Watched();
    const part = `${target}.part-${randomBytes(4).toString("hex")}`;
    try {
      await this.trying(async () => {
        await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE });
        await using(await open(part, "wx", FILE_MODE), async (file) => {
          // Not through a stream of the handle: without autoClose it never tells pipeline that it is done (Node.js 20.20).
          await writeFile(file, input.of(content));
          await file.sync();
        });
        await rename(part, target);
        await this.flush(dirname(target));
      });
    } catch (error) {
      content.destroy();
      await rm(part, { force: true }).catch(() => undefined); // the first failure is the one to tell
      throw input.failure ?? error;
    }
  }

  async remove(stack: string, names: readonly string[]): Promise<void> {
    const paths = names.map((name) => join(this.path, pathInStore(stack, name)));
    await this.trying(async () => {
      for (const path of paths) {
        await rm(path, { force: true });
      }
      await this.flush(join(this.path, stack)).catch(unlessMissing);
    });
  }

  /** Of the file system that the directory is on, or will be. */
  async free(): Promise<number> {
    return this.trying(async () => {
      for (let path = this.path; ; path = dirname(path)) {
        const system = await statfs(path).catch(unlessMissing);
        if (system !== undefined) {
          return system.bavail * system.bsize;
        }
      }
    });
  }

  /** A new name is on the disk only when its folder is. */
  private async flush(folder: string): Promise<void> {
    await using(await open(folder, constants.O_RDONLY), (file) => file.sync());
  }

  private async trying<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      const [reason, next] = FAILURES[errorCode(error) ?? ""] ?? [];
      throw reason === undefined || next === undefined ? error : new StoreFailure(this.where, reason, next);
    }
  }
}

async function using<T>(handle: FileHandle, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

function unlessMissing(error: unknown): undefined {
  if (errorCode(error) !== "ENOENT") {
    throw error;
  }
}
