import { DamagedRdb, UnknownRdb } from "./failures";
import { BEGIN, PACKED, type Packed, STEP, STEPS } from "./rdb-format";
import { RdbHead } from "./rdb-head";
import { RdbLength } from "./rdb-length";
import type { RdbPieces } from "./rdb-pieces";
import { moduleTypeName } from "./rdb-strings";

/** Held here: a name that another module exports is looked up by a call each time, which costs two thirds of the speed. */
const KIND = STEP;
const CODE = STEPS;

const LISTPACK: Packed = { at: 4, bytes: 2, per: 1 };
const NODE = { plain: 1, packed: 2 } as const;
const MODULE = { end: 0, signed: 1, unsigned: 2, float: 3, double: 4, string: 5 } as const;

/** Takes the steps of values. */
export class RdbValue {
  /** Where it is in `CODE`. */
  step = BEGIN;
  /** As TYPE says it; of a module once its name was read. */
  type = "";
  readonly head = new RdbHead();
  readonly length = new RdbLength();

  private readonly counts: number[] = [];

  constructor(private readonly pieces: RdbPieces) {}

  /** Takes the step at `at`. Returns where the next is, or -1 when it needs more bytes; then nothing has changed. */
  take(bytes: Buffer, at: number): number {
    const beside = CODE[this.step + 1] as number;
    switch (CODE[this.step]) {
      case KIND.string:
        return this.pass(bytes, this.head.readString(bytes, at));
      case KIND.next:
        return this.next(at, beside);
      case KIND.each:
        return this.each(this.head.readLength(bytes, at), beside);
      case KIND.counted:
        return this.each(this.said(this.head.readLength(bytes, at), this.head.value), beside);
      case KIND.length:
        return this.go(this.head.readLength(bytes, at));
      case KIND.bytes:
        return this.pieces.pass(bytes, this.go(at), beside);
      case KIND.text:
        return this.text(bytes, this.head.readString(bytes, at));
      case KIND.packed:
        return this.packed(bytes, this.head.readString(bytes, at), PACKED[beside] as Packed);
      case KIND.node:
        return this.node(bytes, this.head.readLength(bytes, at));
      case KIND.elements:
        return this.go(this.said(this.head.readLength(bytes, at), this.head.value));
      case KIND.score:
        return this.pieces.pass(bytes, this.go(at + 1), scoreBytes(bytes[at] as number));
      case KIND.module:
        return this.module(bytes, this.head.readLength(bytes, at));
      default:
        return this.moduleName(this.head.readLength(bytes, at));
    }
  }

  /** Makes the next step the one to take, unless `to` says that this one needs more. */
  go(to: number): number {
    if (to >= 0) {
      this.step += 2;
    }
    return to;
  }

  /** Passes over the string that `head` has read. */
  pass(bytes: Buffer, to: number): number {
    return to < 0 ? to : this.pieces.pass(bytes, this.go(to), this.head.stored);
  }

  private each(to: number, after: number): number {
    if (to < 0) {
      return to;
    }
    if (this.head.value === 0) {
      this.step = after;
      return to;
    }
    this.counts.push(this.head.value);
    return this.go(to);
  }

  private next(at: number, begin: number): number {
    const last = this.counts.length - 1;
    const left = (this.counts[last] as number) - 1;
    if (left > 0) {
      this.counts[last] = left;
      this.step = begin;
      return at;
    }
    this.counts.pop();
    return this.go(at);
  }

  private said(to: number, count: number): number {
    if (to >= 0 && this.length.isWanted) {
      this.length.add(count);
    }
    return to;
  }

  private text(bytes: Buffer, to: number): number {
    const isEnough = to < 0 || !this.length.isWanted || this.length.addText(bytes, to, this.head);
    return isEnough ? this.pass(bytes, to) : -1;
  }

  private packed(bytes: Buffer, to: number, packed: Packed): number {
    const isEnough = to < 0 || !this.length.isWanted || this.length.addPacked(bytes, to, this.head, packed);
    return isEnough ? this.pass(bytes, to) : -1;
  }

  private node(bytes: Buffer, at: number): number {
    const container = this.head.value;
    if (at >= 0 && container !== NODE.plain && container !== NODE.packed) {
      throw new DamagedRdb(`a node of a list is of the unknown kind ${container}`);
    }
    const to = at < 0 ? at : this.head.readString(bytes, at);
    return container === NODE.packed ? this.packed(bytes, to, LISTPACK) : this.pass(bytes, this.said(to, 1));
  }

  private module(bytes: Buffer, at: number): number {
    if (at < 0) {
      return at;
    }
    switch (this.head.value) {
      case MODULE.end:
        return this.go(at);
      case MODULE.signed:
      case MODULE.unsigned:
        return this.head.readLength(bytes, at);
      case MODULE.float:
        return this.pieces.pass(bytes, at, 4);
      case MODULE.double:
        return this.pieces.pass(bytes, at, 8);
      case MODULE.string: {
        const to = this.head.readString(bytes, at);
        return to < 0 ? to : this.pieces.pass(bytes, to, this.head.stored);
      }
      default:
        throw new UnknownRdb(`a module's value has a part of the unknown kind ${this.head.value}`);
    }
  }

  private moduleName(to: number): number {
    if (to >= 0 && this.length.isWanted) {
      this.type = moduleTypeName(this.head.high, this.head.low);
    }
    return this.go(to);
  }
}

/** Numbers above say what is no number. */
function scoreBytes(first: number): number {
  return first > 252 ? 0 : first;
}
