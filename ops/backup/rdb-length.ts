import type { Packed } from "./rdb-format";
import type { RdbHead } from "./rdb-head";
import { decodeString, STRING } from "./rdb-strings";

/** Bytes of a string in which a packed one says its count, compressed or not; and those when it is not. */
const PEEK_BYTES = 32;
const PACKED_HEADER_BYTES = 10;
/** What 16 bits say of a count that they cannot hold. */
const UNKNOWN_COUNT = 65_535;

/** The length of one value, added up from what its parts say. */
export class RdbLength {
  /** Whether somebody wants it. */
  isWanted = false;
  private isSaid = false;
  private sum = 0;

  begin(isWanted: boolean): void {
    this.isWanted = isWanted;
    this.isSaid = false;
    this.sum = 0;
  }

  add(count: number): void {
    this.isSaid = true;
    this.sum += count;
  }

  /** `undefined` when no part said it, or one does not know it. */
  get value(): number | undefined {
    return this.isSaid && Number.isSafeInteger(this.sum) ? this.sum : undefined;
  }

  /** The bytes of a string that begins at `at`. Returns false when more of it is needed. */
  addText(bytes: Buffer, at: number, head: RdbHead): boolean {
    if (head.kind !== STRING.integer) {
      this.add(head.size);
      return true;
    }
    const stored = bytes.subarray(at, at + head.stored);
    if (stored.length < head.stored) {
      return false;
    }
    this.add(decodeString(stored, head.kind, head.size).length);
    return true;
  }

  /** The elements of a packed string that begins at `at`. Returns false when more of it is needed. */
  addPacked(bytes: Buffer, at: number, head: RdbHead, packed: Packed): boolean {
    const wanted = Math.min(head.stored, PEEK_BYTES);
    const stored = bytes.subarray(at, at + wanted);
    if (stored.length < wanted) {
      return false;
    }
    const first = decodeString(stored, head.kind, head.size, Math.min(head.size, PACKED_HEADER_BYTES));
    const isThere = head.kind !== STRING.integer && first.length >= packed.at + packed.bytes;
    const count = isThere ? first.readUIntLE(packed.at, packed.bytes) : Number.NaN;
    this.add(packed.bytes === 2 && count === UNKNOWN_COUNT ? Number.NaN : count / packed.per);
    return true;
  }
}
