/** Longer than what any step looks at: an opcode, three lengths, and the first bytes of a string. */
const LOOK_AHEAD = 96;
const NONE = Buffer.alloc(0);

/** Looks at `bytes` from `at`; returns where it is done, or -1 when it needs more bytes: then it has changed nothing. */
export type Take = (bytes: Buffer, at: number) => number;

/** Hands a stream of pieces of any size to steps that look at a few bytes at a time and pass over the rest. */
export class RdbPieces {
  /** Bytes that are done with. */
  offset = 0;

  private skip = 0;
  private carried: Buffer = NONE;
  private base = 0;
  private gathered: Buffer[] | undefined;
  private onGathered: ((whole: Buffer) => void) | undefined;

  constructor(private readonly take: Take) {}

  /** Bytes that came. */
  get received(): number {
    return this.offset + this.carried.length;
  }

  /** How many bytes of the whole stream are before `at`, within a step. */
  before(at: number): number {
    return this.base + at;
  }

  push(chunk: Buffer): void {
    let from = 0;
    if (this.carried.length > 0) {
      const held = this.carried.length;
      const head = Buffer.concat([this.carried, chunk.subarray(0, LOOK_AHEAD)]);
      const to = this.run(head, 0, held);
      if (to < held) {
        this.carried = head.subarray(to);
        return;
      }
      from = to - held;
    }
    const to = this.run(chunk, from, chunk.length);
    this.carried = to < chunk.length ? Buffer.from(chunk.subarray(to)) : NONE;
  }

  /** Passes over `count` bytes from `at`. */
  pass(bytes: Buffer, at: number, count: number): number {
    const there = bytes.length - at;
    if (count <= there) {
      return at + count;
    }
    this.skip = count - there;
    return bytes.length;
  }

  /** Passes over `count` bytes from `at`, and hands them over when they are all there. */
  gather(bytes: Buffer, at: number, count: number, onGathered: (whole: Buffer) => void): number {
    const to = this.pass(bytes, at, count);
    if (this.skip === 0) {
      onGathered(bytes.subarray(at, to));
    } else {
      this.gathered = [Buffer.from(bytes.subarray(at, to))];
      this.onGathered = onGathered;
    }
    return to;
  }

  private run(bytes: Buffer, from: number, until: number): number {
    this.base = this.offset - from;
    let at = from;
    while (at < until) {
      const to = this.skip > 0 ? this.passOn(bytes, at) : this.take(bytes, at);
      if (to < 0) {
        break;
      }
      at = to;
    }
    this.offset = this.base + at;
    return at;
  }

  private passOn(bytes: Buffer, at: number): number {
    const to = Math.min(at + this.skip, bytes.length);
    this.skip -= to - at;
    if (this.gathered !== undefined) {
      this.gathered.push(Buffer.from(bytes.subarray(at, to)));
      if (this.skip === 0) {
        const whole = Buffer.concat(this.gathered);
        this.gathered = undefined;
        this.onGathered?.(whole);
      }
    }
    return to;
  }
}
