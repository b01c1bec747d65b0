import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { errorCode } from "../error-code";

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

/** The most that a key and its value together may have, since the line of more would not be read again. */
export const MAX_SAVED_BYTES = 32 * 1_048_576;

/** The same in base64, with its time and checksum. */
const MAX_LINE_BYTES = (MAX_SAVED_BYTES / 3) * 4 + 1024;

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
      await file.appendFile(`${oneLine({ format: FORMAT, ...head })}\n`);
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

  /**
   * Not flushed: where the line is lost, the keys before it count as perhaps deleted, and restoring one that is still there
   * changes nothing.
   * @param isDeleted - false: what was added since the last time is still there, and does not count
   */
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

/** JSON on one line: U+2028 and U+2029 end a line, too, for `node:readline` since Node.js 24. */
const oneLine = (value: object) =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);

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
  const lines = linesOf(createReadStream(path));
  const first = await lines.next();
  const head = first.done ? undefined : parsed(first.value);
  if (!isHead(head)) {
    await lines.return(undefined);
    throw new BadSavedFile("line 1 is not the head of such a file");
  }
  return { head, batches: batchesOf(lines) };
}

/** @throws BadSavedFile at a line of more than `MAX_LINE_BYTES`, so that no file fills the memory */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end)]).toString();
      pieces = [];
      bytes = 0;
      number += 1;
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
    bytes += chunk.length - start;
    if (bytes > MAX_LINE_BYTES) {
      throw new BadSavedFile(`line ${number} is longer than ${Math.ceil(MAX_LINE_BYTES / 1_048_576)} MiB`);
    }
  }
  if (bytes > 0) {
    yield Buffer.concat(pieces).toString();
  }
}

async function* batchesOf(lines: AsyncIterator<string>): AsyncGenerator<readonly SavedKey[]> {
  let batch: SavedKey[] = [];
  let torn: { readonly number: number; readonly isKey: boolean } | undefined;
  for (let number = 2; ; number += 1) {
    const { value: line, done } = await lines.next();
    if (done) {
      break;
    }
    if (torn !== undefined) {
      throw new BadSavedFile(`line ${torn.number} is damaged`);
    }
    const content = parsed(line);
    const saved = asSavedKey(content, number);
    if (saved !== undefined) {
      batch.push(saved);
    } else if (typeof content === "object" && content !== null && "deleted" in content) {
      if (content.deleted === true) {
        yield batch;
      }
      batch = [];
    } else {
      // The last line may be cut, or be zeros. A key is on the disk before it is deleted, so that the batch of one that is
      // cut is still there; after the last key it was said whether they were deleted: perhaps.
      torn = { number, isKey: line.startsWith("[") };
    }
  }
  if (torn?.isKey !== true && batch.length > 0) {
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
  const head = { ...(value as Partial<SavedHead> | null | undefined) };
  const texts = [head.stack, head.savedAt, head.redisVersion, head.filters];
  return head.format === FORMAT && texts.every((text) => typeof text === "string");
}

/** @throws BadSavedFile when the checksum is right, and the rest is nothing that `add` writes */
function asSavedKey(value: unknown, number: number): SavedKey | undefined {
  if (!Array.isArray(value) || value.length !== 4) {
    return undefined;
  }
  const [key, expiresAt, dump, sum] = value;
  if (sum !== checksum([key, expiresAt, dump])) {
    return undefined;
  }
  const isTime = expiresAt === null || (Number.isSafeInteger(expiresAt) && expiresAt > 0);
  if (!isTime || !isBase64(key) || !isBase64(dump)) {
    throw new BadSavedFile(`line ${number} has a right checksum, and is no key with its value and time`);
  }
  return { key: Buffer.from(key, "base64"), expiresAt, dump: Buffer.from(dump, "base64") };
}

const isBase64 = (text: unknown) =>
  typeof text === "string" && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/** Against bytes that have changed on a disk: Redis checks the value alone. */
function checksum(row: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(row)).digest("base64").slice(0, 12);
}
