import { DamagedRdb } from "./failures";

/** How a string lies in an RDB file. */
export const STRING = { raw: 0, integer: 1, lzf: 2 } as const;
export type StringKind = (typeof STRING)[keyof typeof STRING];

/** LZF writes at most 264 bytes for three. */
const MOST_FOR_ONE = 264;

/**
 * The first `wanted` bytes of a string of `size` bytes that lies as `stored`, or as many as `stored` has of it.
 * @throws DamagedRdb when `stored` cannot be read
 */
export function decodeString(stored: Buffer, kind: StringKind, size: number, wanted = size): Buffer {
  switch (kind) {
    case STRING.raw:
      return stored.subarray(0, wanted);
    case STRING.integer:
      return Buffer.from(String(stored.readIntLE(0, stored.length)));
    case STRING.lzf:
      return expandLzf(stored, size, wanted);
  }
}

function expandLzf(stored: Buffer, size: number, wanted: number): Buffer {
  if (size > stored.length * MOST_FOR_ONE && wanted === size) {
    throw new DamagedRdb(`a compressed string says that ${stored.length} bytes become ${size}`);
  }
  const out = Buffer.allocUnsafe(wanted);
  let length = 0;
  let at = 0;
  const next = () => stored[at++] ?? -1;
  while (length < wanted && at < stored.length) {
    const control = next();
    if (control < 32) {
      const copied = stored.copy(out, length, at, at + Math.min(control + 1, wanted - length));
      length += copied;
      at += control + 1;
      continue;
    }
    const more = control >> 5 === 7 ? next() : 0;
    const offset = ((control & 31) << 8) + next() + 1;
    const from = length - offset;
    if (from < 0) {
      throw new DamagedRdb("a compressed string refers to what is before its beginning");
    }
    const end = Math.min(wanted, length + (control >> 5) + more + 2);
    for (let index = from; length < end; index += 1, length += 1) {
      out[length] = out[index] ?? 0;
    }
  }
  if (wanted === size && (length !== size || at !== stored.length)) {
    throw new DamagedRdb(`a compressed string is not the ${size} bytes that it says it is`);
  }
  return out.subarray(0, length);
}

const MODULE_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Nine letters of six bits, above ten bits of a version: `moduleTypeNameByID` in src/module.c. */
export function moduleTypeName(high: number, low: number): string {
  const id = BigInt(high) * 2n ** 32n + BigInt(low);
  const letters = Array.from({ length: 9 }, (_, index) => Number((id >> BigInt(10 + 6 * index)) & 63n));
  return letters
    .reverse()
    .map((letter) => MODULE_LETTERS[letter])
    .join("");
}
