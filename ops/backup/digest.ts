import { createHash } from "node:crypto";
import { DamagedBackup } from "./failures";

/** How long something is, and its SHA-256 in lower-case hexadecimal digits: as a manifest says it. */
export interface Measured {
  readonly bytes: number;
  readonly sha256: string;
}

/** Measures bytes on their way. */
export class Digest {
  private readonly hash = createHash("sha256");
  private bytes = 0;

  /** The same bytes as `source`, in pieces that are not empty. */
  async *of(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      const bytes = typeof piece === "string" ? Buffer.from(piece) : asBuffer(piece);
      if (bytes.length > 0) {
        this.hash.update(bytes);
        this.bytes += bytes.length;
        yield bytes;
      }
    }
  }

  /** What has passed until now. */
  get measured(): Measured {
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  get length(): number {
    return this.bytes;
  }
}

/**
 * The same bytes as `source`, which are exactly the `expected` ones when the generator ends. More of them are never
 * given on.
 * @param what for the message, e.g. `the file`
 * @throws DamagedBackup
 */
export async function* verified(
  source: AsyncIterable<Uint8Array | string>,
  expected: Measured,
  what: string,
): AsyncGenerator<Buffer> {
  const digest = new Digest();
  for await (const bytes of digest.of(source)) {
    if (digest.length > expected.bytes) {
      throw new DamagedBackup(`${what} has more than the ${expected.bytes} bytes of the manifest`);
    }
    yield bytes;
  }
  const { bytes, sha256 } = digest.measured;
  if (bytes !== expected.bytes) {
    throw new DamagedBackup(`${what} has ${bytes} bytes, and ${expected.bytes} in the manifest`);
  }
  if (sha256 !== expected.sha256) {
    throw new DamagedBackup(`${what} has the SHA-256 ${sha256}, and ${expected.sha256} in the manifest`);
  }
}

/** A view, not a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
