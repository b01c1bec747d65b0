import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { errorCode } from "../backup/error-code";

/** A key with its value, as DUMP writes it. */
export interface SavedKey {
  readonly key: Buffer;
  readonly dump: Buffer;
  /** Milliseconds since 1970. Null: it had no TTL. */
  readonly expiresAt: number | null;
}

/** The first line of a file. */
export interface SavedHead {
  readonly format: typeof FORMAT;
  readonly stack: string;
  readonly savedAt: string;
  /** Of the server that wrote the values: an older one may not read them. */
  readonly redisVersion: string;
  /** The flags that the keys were chosen by. */
  readonly filters: string;
}

const FORMAT = "redis-ops saved keys 1";

/** A file that is not what `SavedKeysWriter` writes. The message says where. */
export class BadSavedFile extends Error {}

/** The file cannot be written, or not any more. What was in hand is not deleted. */
export class NotSaved extends Error {
  constructor(
    path: string,
    readonly code: string,
  ) {
    super(`${path} cannot be written (${code})`);
  }
}

/**
 * Keeps keys in a file before they are deleted: lines of JSON, which only the owner may read. After the head a line for each
 * key (in base64, with a checksum), and after each batch a line that says whether it was deleted. What has no such line may
 * have been deleted. Every method throws NotSaved when the system refuses.
 */
export class SavedKeysWriter {
  /** Keys in batches that were deleted. */
  deleted = 0;
  private batch = 0;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** @throws NotSaved with EEXIST when there is such a file */
  static async create(path: string, head: Omit<SavedHead, "format">): Promise<SavedKeysWriter> {
    return saving(path, async () => {
      const file = await open(path, "wx", 0o600);
      await file.appendFile(`${JSON.stringify({ format: FORMAT, ...head })}\n`);
      await file.sync();
      const folder = await open(dirname(path));
      await folder.sync().finally(() => folder.close());
      return new SavedKeysWriter(path, file);
    });
  }

  async add(keys: readonly SavedKey[]): Promise<void> {
    const lines = keys.map(({ key, dump, expiresAt }) => {
      const row = [key.toString("base64"), expiresAt, dump.toString("base64")] as const;
      return `${JSON.stringify([...row, checksum(row)])}\n`;
    });
    await saving(this.path, () => this.file.appendFile(lines.join("")));
    this.batch += keys.length;
  }

  /** Resolves when all that was added is on the disk. */
  async sync(): Promise<void> {
    await saving(this.path, () => this.file.datasync());
  }

  /** @param isDeleted - false: what was added since the last time is still there, and does not count */
  async settle(isDeleted: boolean): Promise<void> {
    this.deleted += isDeleted ? this.batch : 0;
    this.batch = 0;
    await saving(this.path, () => this.file.appendFile(`${JSON.stringify({ deleted: isDeleted })}\n`));
  }

  async close(): Promise<void> {
    await saving(this.path, () => this.file.sync());
    await this.file.close();
  }
}

async function saving<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = errorCode(error);
    throw code === undefined ? error : new NotSaved(path, code);
  }
}

/** Opens a file that `SavedKeysWriter` wrote: its head, and its batches of keys that were deleted, or may have been. */
export async function readSavedKeys(
  path: string,
): Promise<{ readonly head: SavedHead; readonly batches: AsyncGenerator<readonly SavedKey[]> }> {
  const stream = createReadStream(path);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[
    Symbol.asyncIterator
  ]();
  const first = await lines.next();
  const head = first.done ? undefined : parsed(first.value);
  if (!isHead(head)) {
    stream.destroy();
    throw new BadSavedFile("line 1 is not the head of such a file");
  }
  return { head, batches: batchesOf(lines) };
}

async function* batchesOf(lines: AsyncIterator<string>): AsyncGenerator<readonly SavedKey[]> {
  let batch: SavedKey[] = [];
  let torn: number | undefined;
  for (let number = 2; ; number += 1) {
    const { value: line, done } = await lines.next();
    if (done) {
      break;
    }
    if (torn !== undefined) {
      throw new BadSavedFile(`line ${torn} is damaged`);
    }
    const content = parsed(line);
    const saved = asSavedKey(content);
    if (saved !== undefined) {
      batch.push(saved);
    } else if (typeof content === "object" && content !== null && "deleted" in content) {
      if (content.deleted === true) {
        yield batch;
      }
      batch = [];
    } else {
      // The last line may be cut: it was being written when the program ended, so its batch was not deleted.
      torn = number;
    }
  }
  if (torn === undefined && batch.length > 0) {
    yield batch;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is SavedHead {
  return typeof value === "object" && value !== null && "format" in value && value.format === FORMAT;
}

function asSavedKey(value: unknown): SavedKey | undefined {
  if (!Array.isArray(value) || value.length !== 4) {
    return undefined;
  }
  const [key, expiresAt, dump, sum] = value;
  if (sum !== checksum([key, expiresAt, dump])) {
    return undefined;
  }
  return { key: Buffer.from(key, "base64"), expiresAt, dump: Buffer.from(dump, "base64") };
}

/** Against bytes that have changed on a disk: Redis checks the value alone. */
function checksum(row: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(row)).digest("base64").slice(0, 12);
}
