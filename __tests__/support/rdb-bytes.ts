/** Builds RDB files byte by byte, as src/rdb.h of Redis says them, without any code of the reader. */

const POLYNOMIAL = 0x95ac9329ac4bc9b5n;

/** CRC-64/Jones, bit by bit. */
export function crc64(bytes: Buffer): Buffer {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 1n) === 1n ? (crc >> 1n) ^ POLYNOMIAL : crc >> 1n;
    }
  }
  const out = Buffer.alloc(8);
  out.writeBigUInt64LE(crc);
  return out;
}

export type Bytes = Buffer | readonly number[];

export function join(...parts: readonly Bytes[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

/** A length in the shortest of the four forms. */
export function length(value: number): Buffer {
  if (value < 64) {
    return Buffer.from([value]);
  }
  if (value < 16_384) {
    return Buffer.from([0x40 | (value >> 8), value & 255]);
  }
  if (value < 2 ** 32) {
    const out = Buffer.from([0x80, 0, 0, 0, 0]);
    out.writeUInt32BE(value, 1);
    return out;
  }
  return length64(BigInt(value));
}

export function length64(value: bigint): Buffer {
  const out = Buffer.alloc(9);
  out[0] = 0x81;
  out.writeBigUInt64BE(value, 1);
  return out;
}

export function string(text: string | Bytes): Buffer {
  const bytes = Buffer.from(text as string);
  return join(length(bytes.length), bytes);
}

/** `bytes`, at most 32, and 20 times the last of them, compressed; it says that it is of `size` bytes. */
export function lzf(bytes: Buffer, size = bytes.length + 20): Buffer {
  const stored = join([bytes.length - 1], bytes, [7 << 5, 20 - 9, 0]);
  return join([0xc3], length(stored.length), length(size), stored);
}

/** `byte` repeated `count` times, from 12 to 265: one byte, then a reference back to it. */
export function repeatedLzf(byte: number, count: number): Buffer {
  const stored = Buffer.from([0, byte, 7 << 5, count - 1 - 9, 0]);
  return join([0xc3], length(stored.length), length(count), stored);
}

export const eight = (value: bigint): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigInt64LE(value);
  return out;
};

/** The first bytes of a listpack, ziplist and intset that say `count`, and something behind them. */
export const listpack = (count: number) => join([99, 0, 0, 0, count & 255, count >> 8], [1, 1, 255]);
export const ziplist = (count: number) =>
  join([99, 0, 0, 0, 10, 0, 0, 0, count & 255, count >> 8], [0, 1, 255]);
export const intset = (count: number) => join([2, 0, 0, 0, count, 0, 0, 0], Buffer.alloc(2 * count));

export const aux = (name: string, value: string | Bytes) => join([250], string(name), string(value));
export const select = (database: number) => join([254], length(database));
export const resize = (keys: number, expiring: number) => join([251], length(keys), length(expiring));
export const expiresAt = (milliseconds: bigint) => join([252], eight(milliseconds));
export const key = (type: number, name: string | Bytes, ...value: readonly Bytes[]) =>
  join([type], string(name), ...value);

/** A whole file: `REDIS` and the version, `records`, the end and its checksum. */
export function rdbFile(version: number, ...records: readonly Bytes[]): Buffer {
  const body = join(Buffer.from(`REDIS${String(version).padStart(4, "0")}`), ...records, [255]);
  return join(body, crc64(body));
}
