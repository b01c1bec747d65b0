import { DamagedRdb, UnknownRdb } from "./failures";
import { MAX_DATABASE } from "./manifest";
import { RdbChecksum } from "./rdb-checksum";
import { AFTER, OPCODE, RECORD, START, STEP, STEPS, typeOf } from "./rdb-format";
import { RdbPieces } from "./rdb-pieces";
import { decodeString } from "./rdb-strings";
import { RdbValue } from "./rdb-value";

/** Held here, as in rdb-value.ts. */
const KIND = STEP;
const CODE = STEPS;
const STARTS = START;
const OP = OPCODE;

/** What a walk tells, in the order of the file. A `Buffer` that is handed over is of the moment: copy what is kept. */
export interface RdbVisitor {
  /** A record that is no key begins, with its opcode. */
  record(opcode: number): void;
  /** Whether the bytes of the next key, which are `size`, are wanted. */
  wantsKey(size: number): boolean;
  /** Whether the type and the length of its value are wanted. `key` is `undefined` when its bytes were not wanted. */
  key(key: Buffer | undefined): boolean;
  /** Of a key for which they were wanted. `length` is `undefined` where the file does not say it. */
  value(type: string, length: number | undefined): void;
  /** Fields with a name or a value of over 1 KiB are passed over. */
  aux(name: string, value: string): void;
}

const MIN_VERSION = 9;
const MAX_VERSION = 12;
const MAGIC = /^REDIS(\d{4})$/;
const MAGIC_BYTES = 9;
const CHECKSUM_BYTES = 8;
const MAX_AUX_BYTES = 1024;
/** Expiry, idle time and frequency together take less. */
const MAX_PREFIX_BYTES = 64;
const PREFIXES: readonly number[] = [OP.idle, OP.frequency, OP.expireSeconds, OP.expireMilliseconds];
/** With which a server ends a diskless transfer; `redis-cli --rdb -` leaves it in. */
const END_MARK = /^[0-9a-f]{40}$/;
const MAX_AFTER_BYTES = 41;
const TWO_TO_32 = 2 ** 32;
/** From here on, no number begins a key. */
const OPCODES = OP.slotInfo;

/**
 * Walks through an RDB file of version 9 to 12 in pieces of any size, and passes over what nobody wants without a look at
 * it. Keeps nothing but a key that is wanted.
 */
export class RdbWalker {
  version = 0;
  database = 0;
  /** Of the key that is being read, in unix milliseconds. */
  expiresAt: number | undefined;
  /** Bytes before the record that is being read; the time to live of a key belongs to its record. */
  recordStart = 0;
  /** Bytes of the file, once its end was seen. */
  size: number | undefined;

  private readonly pieces = new RdbPieces((bytes, at) => this.take(bytes, at));
  private readonly value = new RdbValue(this.pieces);
  private isPrefixed = false;
  private isUntold = false;
  private auxName: string | undefined;
  private readonly checksum: RdbChecksum | undefined;
  private checksumStart = Number.POSITIVE_INFINITY;
  private storedChecksum = Buffer.alloc(CHECKSUM_BYTES);
  private after = Buffer.alloc(0);

  constructor(
    private readonly visitor: RdbVisitor,
    { checksum }: { readonly checksum: boolean },
  ) {
    this.checksum = checksum ? new RdbChecksum() : undefined;
  }

  /** Bytes before the first record of which nothing was told yet; within one of which something was: those that came. */
  get told(): number {
    return this.isUntold ? this.recordStart : this.pieces.offset;
  }

  /** @throws DamagedRdb, UnknownRdb */
  push(piece: Uint8Array): void {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const start = this.pieces.received;
    this.pieces.push(chunk);
    this.checksum?.add(chunk, 0, Math.max(0, Math.min(chunk.length, this.checksumStart - start)));
  }

  /** @throws DamagedRdb when the file is not whole, or its checksum does not fit */
  end(): "good" | "none" {
    if (this.value.step !== AFTER) {
      throw new DamagedRdb(`it ends after ${this.pieces.received} bytes, before its end mark`);
    }
    if (this.after.length > 0 && !END_MARK.test(this.after.toString("latin1"))) {
      throw new DamagedRdb(`something follows its end, which is after ${this.size} bytes`);
    }
    if (this.checksum === undefined || this.storedChecksum.every((byte) => byte === 0)) {
      return "none";
    }
    if (!this.checksum.equals(this.storedChecksum, 0)) {
      throw new DamagedRdb("its checksum does not fit its data");
    }
    return "good";
  }

  private take(bytes: Buffer, at: number): number {
    const { step, head } = this.value;
    const kind = CODE[step] as number;
    if (kind < KIND.record) {
      return this.value.take(bytes, at);
    }
    const beside = CODE[step + 1] as number;
    switch (kind) {
      case KIND.record:
        return this.record(bytes[at] as number, at);
      case KIND.key:
        return this.key(bytes, head.readString(bytes, at), beside);
      case KIND.valueEnd:
        return this.valueEnd(at);
      case KIND.recordEnd:
        return this.recordEnd(at);
      case KIND.select:
        return this.select(head.readLength(bytes, at));
      case KIND.expireMilliseconds:
        return this.expires(bytes, at, 8);
      case KIND.expireSeconds:
        return this.expires(bytes, at, 4);
      case KIND.auxName:
      case KIND.auxValue:
        return this.aux(bytes, head.readString(bytes, at), kind === KIND.auxName);
      case KIND.magic:
        return this.magic(bytes, at);
      case KIND.checksum:
        return this.checksumAt(bytes, at);
      default:
        this.after = Buffer.concat([this.after, bytes.subarray(at)]).subarray(0, MAX_AFTER_BYTES);
        return bytes.length;
    }
  }

  private recordEnd(at: number): number {
    this.value.step = RECORD;
    return at;
  }

  private magic(bytes: Buffer, at: number): number {
    if (bytes.length - at < MAGIC_BYTES) {
      return -1;
    }
    const version = MAGIC.exec(bytes.toString("latin1", at, at + MAGIC_BYTES))?.[1];
    if (version === undefined) {
      throw new DamagedRdb("it does not begin with REDIS and a version");
    }
    this.version = Number(version);
    if (this.version < MIN_VERSION || this.version > MAX_VERSION) {
      throw new UnknownRdb(`it has version ${this.version}, known are ${MIN_VERSION} to ${MAX_VERSION}`);
    }
    return this.value.go(at + MAGIC_BYTES);
  }

  private record(number: number, at: number): number {
    const start = STARTS[number] as number;
    const offset = this.pieces.before(at);
    if (start === 0) {
      throw new UnknownRdb(`there is a record of the unknown type ${number} after ${offset} bytes`);
    }
    if (!this.isPrefixed) {
      this.recordStart = offset;
    }
    const isPrefix = PREFIXES.includes(number);
    if (
      this.isPrefixed &&
      (offset - this.recordStart > MAX_PREFIX_BYTES || (number >= OPCODES && !isPrefix))
    ) {
      throw new DamagedRdb(`a time to live is not followed by its key after ${offset} bytes`);
    }
    this.isPrefixed = isPrefix;
    this.isUntold = isPrefix || number < OPCODES;
    if (number === OP.end) {
      this.checksumStart = offset + 1;
    }
    if (number >= OPCODES && !isPrefix) {
      this.visitor.record(number);
    }
    this.value.step = start;
    return at + 1;
  }

  private key(bytes: Buffer, to: number, number: number): number {
    if (to < 0) {
      return to;
    }
    this.value.type = typeOf(number);
    if (this.visitor.wantsKey(this.value.head.size)) {
      return this.gather(bytes, this.value.go(to), (key) => this.tell(key));
    }
    this.tell(undefined);
    return this.value.pass(bytes, to);
  }

  private tell(key: Buffer | undefined): void {
    this.value.length.begin(this.visitor.key(key));
    this.isUntold = false;
  }

  private gather(bytes: Buffer, at: number, onText: (text: Buffer) => void): number {
    const { kind, size, stored } = this.value.head;
    return this.pieces.gather(bytes, at, stored, (whole) => onText(decodeString(whole, kind, size)));
  }

  private valueEnd(at: number): number {
    if (this.value.length.isWanted) {
      this.visitor.value(this.value.type, this.value.length.value);
    }
    this.expiresAt = undefined;
    return this.recordEnd(at);
  }

  private select(to: number): number {
    if (to < 0) {
      return to;
    }
    this.database = this.value.head.value;
    if (this.database > MAX_DATABASE) {
      throw new DamagedRdb(`there is no database ${this.database}`);
    }
    return this.recordEnd(to);
  }

  private expires(bytes: Buffer, at: number, size: 4 | 8): number {
    if (bytes.length - at < size) {
      return -1;
    }
    this.expiresAt =
      size === 4
        ? bytes.readInt32LE(at) * 1000
        : bytes.readInt32LE(at + 4) * TWO_TO_32 + bytes.readUInt32LE(at);
    return this.recordEnd(at + size);
  }

  private aux(bytes: Buffer, to: number, isName: boolean): number {
    if (to < 0) {
      return to;
    }
    const take = (text: string | undefined) => {
      if (isName) {
        this.auxName = text;
      } else if (this.auxName !== undefined && text !== undefined) {
        this.visitor.aux(this.auxName, text);
      }
    };
    this.value.step = isName ? this.value.step + 2 : RECORD;
    if (this.value.head.size <= MAX_AUX_BYTES) {
      return this.gather(bytes, to, (text) => take(text.toString("utf8")));
    }
    take(undefined);
    return this.pieces.pass(bytes, to, this.value.head.stored);
  }

  private checksumAt(bytes: Buffer, at: number): number {
    if (bytes.length - at < CHECKSUM_BYTES) {
      return -1;
    }
    bytes.copy(this.storedChecksum, 0, at, at + CHECKSUM_BYTES);
    this.size = this.pieces.before(at) + CHECKSUM_BYTES;
    this.value.step = AFTER;
    return at + CHECKSUM_BYTES;
  }
}
