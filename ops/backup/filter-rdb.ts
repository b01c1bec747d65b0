import { Readable } from "node:stream";
import { OPCODE } from "./rdb-format";
import { RdbWalker } from "./rdb-walker";

/** Hints of sizes, which would be wrong; Redis does without. */
const LEFT_OUT: readonly number[] = [OPCODE.resize, OPCODE.slotInfo];
/** Redis reads zeros as: there is none. */
const NO_CHECKSUM = Buffer.alloc(8);
const NOTHING = Buffer.alloc(0);

/**
 * The RDB file in `content` with those keys alone for which `keep` is true, byte for byte, with their time to live, idle
 * time and frequency, and with all functions. Keeps one key and one chunk in memory. The checksum of `content` is verified.
 * The stream fails with DamagedRdb, UnknownRdb or what `content` fails with; what it gave until then is not a whole file.
 */
export function filterRdb(content: Readable, keep: (database: number, key: Buffer) => boolean): Readable {
  return Readable.from(filtered(content, keep), { objectMode: false });
}

async function* filtered(
  content: Readable,
  keep: (database: number, key: Buffer) => boolean,
): AsyncGenerator<Buffer> {
  const cut = new Cut();
  const walker = new RdbWalker(
    {
      record: (opcode) => {
        cut.from(walker.recordStart, !LEFT_OUT.includes(opcode));
        if (opcode === OPCODE.end) {
          cut.from(walker.recordStart + 1, false);
        }
      },
      wantsKey: () => true,
      key: (key) => {
        cut.from(walker.recordStart, key !== undefined && keep(walker.database, key));
        return false;
      },
      value: () => undefined,
      aux: () => undefined,
    },
    { checksum: true },
  );
  for await (const chunk of content) {
    cut.push(chunk);
    walker.push(chunk);
    const kept = cut.upTo(walker.told);
    if (kept.length > 0) {
      yield kept;
    }
  }
  walker.end();
  yield NO_CHECKSUM;
}

/** What came and is not decided on yet, and what is kept of the rest. */
class Cut {
  private readonly waiting: Buffer[] = [];
  private start = 0;
  private isKept = true;
  private kept: Buffer[] = [];

  push(chunk: Buffer): void {
    this.waiting.push(chunk);
  }

  /** From the byte at `offset` of the whole on, bytes are kept or not. */
  from(offset: number, isKept: boolean): void {
    if (isKept !== this.isKept) {
      this.settle(offset);
      this.isKept = isKept;
    }
  }

  /** What is kept of the bytes before `offset` that were not given yet. */
  upTo(offset: number): Buffer {
    this.settle(offset);
    const [first = NOTHING, ...more] = this.kept;
    this.kept = [];
    return more.length === 0 ? first : Buffer.concat([first, ...more]);
  }

  private settle(offset: number): void {
    let [first] = this.waiting;
    while (first !== undefined && this.start < offset) {
      const piece = first.subarray(0, offset - this.start);
      if (this.isKept) {
        this.kept.push(piece);
      }
      this.start += piece.length;
      if (piece.length === first.length) {
        this.waiting.shift();
      } else {
        this.waiting[0] = first.subarray(piece.length);
      }
      first = this.waiting[0];
    }
  }
}
