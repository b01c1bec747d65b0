/** CRC-64/Jones, reflected, as two halves: numbers of JavaScript shift 32 bits. Source: src/crc64.c of Redis. */
const POLYNOMIAL = { low: 0xac4bc9b5, high: 0x95ac9329 };
const STEP = 8;

/** Eight tables, so that eight bytes are taken at once: table N is for a byte that N bytes follow. */
const LOW = new Int32Array(STEP * 256);
const HIGH = new Int32Array(STEP * 256);

for (let byte = 0; byte < 256; byte += 1) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const carried = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carried === 1) {
      low ^= POLYNOMIAL.low;
      high ^= POLYNOMIAL.high;
    }
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}
for (let index = 256; index < STEP * 256; index += 1) {
  const low = LOW[index - 256] ?? 0;
  const high = HIGH[index - 256] ?? 0;
  LOW[index] = (LOW[low & 255] ?? 0) ^ ((low >>> 8) | (high << 24));
  HIGH[index] = (HIGH[low & 255] ?? 0) ^ (high >>> 8);
}

/** The checksum that an RDB file ends with, taken piece by piece. */
export class RdbChecksum {
  private low = 0;
  private high = 0;

  /** Takes in `bytes[from]` to `bytes[to - 1]`. */
  add(bytes: Uint8Array, from: number, to: number): void {
    let { low, high } = this;
    let at = from;
    for (const last = to - STEP; at <= last; at += STEP) {
      const a = low ^ at32(bytes, at);
      const b = high ^ at32(bytes, at + 4);
      const i7 = 1792 + (a & 255);
      const i6 = 1536 + ((a >>> 8) & 255);
      const i5 = 1280 + ((a >>> 16) & 255);
      const i4 = 1024 + (a >>> 24);
      const i3 = 768 + (b & 255);
      const i2 = 512 + ((b >>> 8) & 255);
      const i1 = 256 + ((b >>> 16) & 255);
      const i0 = b >>> 24;
      low = of(LOW, i7) ^ of(LOW, i6) ^ of(LOW, i5) ^ of(LOW, i4);
      low ^= of(LOW, i3) ^ of(LOW, i2) ^ of(LOW, i1) ^ of(LOW, i0);
      high = of(HIGH, i7) ^ of(HIGH, i6) ^ of(HIGH, i5) ^ of(HIGH, i4);
      high ^= of(HIGH, i3) ^ of(HIGH, i2) ^ of(HIGH, i1) ^ of(HIGH, i0);
    }
    for (; at < to; at += 1) {
      const index = (low ^ of(bytes, at)) & 255;
      low = of(LOW, index) ^ ((low >>> 8) | (high << 24));
      high = of(HIGH, index) ^ (high >>> 8);
    }
    this.low = low;
    this.high = high;
  }

  /** Whether the eight bytes at `at`, as they end a file, are this checksum. */
  equals(bytes: Uint8Array, at: number): boolean {
    return at32(bytes, at) === (this.low | 0) && at32(bytes, at + 4) === (this.high | 0);
  }
}

/** Every index is in range by its arithmetic; `?? 0` on each would cost a third of the speed. */
function of(array: Int32Array | Uint8Array, index: number): number {
  return array[index] as number;
}

function at32(bytes: Uint8Array, at: number): number {
  return of(bytes, at) | (of(bytes, at + 1) << 8) | (of(bytes, at + 2) << 16) | (of(bytes, at + 3) << 24);
}
