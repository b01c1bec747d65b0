import { DamagedRdb, UnknownRdb } from "./failures";
import { STRING, type StringKind } from "./rdb-strings";

/** Held here, as in rdb-value.ts. */
const RAW = STRING.raw;
const TWO_TO_32 = 2 ** 32;
const LENGTH_32 = 0x80;
const LENGTH_64 = 0x81;
const ENCODED = 3;
const LZF = 3;
const INTEGER_BYTES = [1, 2, 4];

/**
 * Lengths, and what comes before the bytes of a string. Both `read` methods return where the next byte is, or -1 when
 * `bytes` ends before it; what they found is in the fields, so that nothing is allocated.
 */
export class RdbHead {
  /** The length. Above 2⁵³ it is not exact: nothing real is that long. */
  value = 0;
  /** Its two halves, exact. */
  high = 0;
  low = 0;
  /** Bytes of the string as it lies there. */
  stored = 0;
  /** Bytes of the string as Redis holds it; of an integer: as it lies there. */
  size = 0;
  kind: StringKind = RAW;

  /** @throws DamagedRdb */
  readLength(bytes: Buffer, at: number): number {
    const first = bytes[at];
    if (first === undefined) {
      return -1;
    }
    const rest = bytes.length - at - 1;
    this.high = 0;
    if (first < 0x40) {
      this.low = first;
    } else if (first < 0x80) {
      if (rest < 1) {
        return -1;
      }
      this.low = ((first & 0x3f) << 8) | (bytes[at + 1] as number);
      this.value = this.low;
      return at + 2;
    } else if (first === LENGTH_32) {
      if (rest < 4) {
        return -1;
      }
      this.low = bytes.readUInt32BE(at + 1);
      this.value = this.low;
      return at + 5;
    } else if (first === LENGTH_64) {
      if (rest < 8) {
        return -1;
      }
      this.high = bytes.readUInt32BE(at + 1);
      this.low = bytes.readUInt32BE(at + 5);
      this.value = this.high * TWO_TO_32 + this.low;
      return at + 9;
    } else {
      throw new DamagedRdb(`${first} cannot begin a length`);
    }
    this.value = first;
    return at + 1;
  }

  /** @throws DamagedRdb, UnknownRdb */
  readString(bytes: Buffer, at: number): number {
    const first = bytes[at];
    if (first === undefined) {
      return -1;
    }
    if (first >> 6 === ENCODED) {
      return this.readEncoded(bytes, at + 1, first & 0x3f);
    }
    const to = this.readLength(bytes, at);
    this.stored = this.value;
    this.size = this.value;
    this.kind = RAW;
    return to;
  }

  private readEncoded(bytes: Buffer, at: number, encoding: number): number {
    const integer = INTEGER_BYTES[encoding];
    if (integer !== undefined) {
      this.stored = integer;
      this.size = integer;
      this.kind = STRING.integer;
      return at;
    }
    if (encoding !== LZF) {
      throw new UnknownRdb(`a string has the unknown encoding ${encoding}`);
    }
    const afterStored = this.readLength(bytes, at);
    const stored = this.value;
    const to = afterStored < 0 ? -1 : this.readLength(bytes, afterStored);
    if (to < 0) {
      return -1;
    }
    if (stored > this.value) {
      throw new DamagedRdb(`a compressed string says that ${this.value} bytes became ${stored}`);
    }
    this.stored = stored;
    this.size = this.value;
    this.kind = STRING.lzf;
    return to;
  }
}
