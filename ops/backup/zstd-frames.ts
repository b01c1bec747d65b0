import { compress, decompress } from "@mongodb-js/zstd";
import { DamagedBackup } from "./failures";

/**
 * Content of one frame. Frames one after another are one valid zstd file, so the whole needs no more memory than some of
 * them, and several are compressed at the same time.
 */
const FRAME_BYTES = 4 * 1024 * 1024;

/** Measured on sessions as JSON, and on snapshots that Redis has compressed: levels 2 and 3 save less than 1 % more. */
const LEVEL = 1;

/** Frames that are compressed at the same time, in the threads of Node.js. */
const IN_FLIGHT = 4;

/** What zstd may add to a frame that cannot be compressed is below 32 KiB. */
const MAX_FRAME_BYTES = FRAME_BYTES + 32 * 1024;

/** zstd makes blocks of 8 KiB to 128 KiB of content: a frame of ours has 512 at most. So one never gives over 80 MiB. */
const MAX_BLOCKS = 640;
const MAX_BLOCK_BYTES = 128 * 1024;

const MAGIC = 0xfd2fb528;
const RLE = 1;

/** `source` as a zstd file of frames of 4 MiB. */
export async function* compressFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const compressing: Promise<Buffer>[] = [];
  for await (const content of inPieces(source)) {
    const frame = compress(content, LEVEL);
    frame.catch(() => undefined); // told to whoever awaits it
    compressing.push(frame);
    if (compressing.length === IN_FLIGHT) {
      yield* compressing.splice(0, 1);
    }
  }
  yield* compressing;
}

/** Pieces of FRAME_BYTES; the last is shorter. Of nothing: an empty one. */
async function* inPieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let length = 0;
  let count = 0;
  for await (const bytes of source) {
    for (let rest = bytes; rest.length > 0; ) {
      const piece = rest.subarray(0, FRAME_BYTES - length);
      pieces.push(piece);
      length += piece.length;
      rest = rest.subarray(piece.length);
      if (length === FRAME_BYTES) {
        yield Buffer.concat(pieces);
        pieces = [];
        length = 0;
        count++;
      }
    }
  }
  if (length > 0 || count === 0) {
    yield Buffer.concat(pieces);
  }
}

/**
 * The content of what `compressFrames` has written, in bounded memory whatever `source` is.
 * @throws DamagedBackup when it is anything else
 */
export async function* decompressFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const held = Buffer.alloc(MAX_FRAME_BYTES);
  let end = 0;
  for await (const bytes of source) {
    for (let rest = bytes; rest.length > 0; ) {
      const taken = rest.copy(held, end);
      rest = rest.subarray(taken);
      end += taken;
      let start = 0;
      for (
        let length = frameLength(held.subarray(0, end));
        length !== undefined;
        length = frameLength(held.subarray(start, end))
      ) {
        const content = await contentOf(Buffer.from(held.subarray(start, start + length)));
        start += length;
        if (content.length > 0) {
          yield content;
        }
      }
      held.copyWithin(0, start, end);
      end -= start;
      if (end === held.length) {
        throw new DamagedBackup(`a zstd frame has more than ${MAX_FRAME_BYTES} bytes`);
      }
    }
  }
  if (end > 0) {
    throw new DamagedBackup("ends in the middle of a zstd frame");
  }
}

async function contentOf(frame: Buffer): Promise<Buffer> {
  try {
    return await decompress(frame);
  } catch (error) {
    throw new DamagedBackup(`a zstd frame cannot be decompressed: ${(error as Error).message}`);
  }
}

/** Bytes of the frame at the start of `bytes`; undefined when they end before it does. RFC 8878, section 3.1.1. */
function frameLength(bytes: Buffer): number | undefined {
  if (bytes.length < 5) {
    return undefined;
  }
  if (bytes.readUInt32LE(0) !== MAGIC) {
    throw new DamagedBackup("has no zstd frame where one should start");
  }
  const descriptor = bytes.readUInt8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const checksumBytes = (descriptor & 4) === 0 ? 0 : 4;
  let at = 5 + (isSingleSegment ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let block = 0; at + 3 <= bytes.length; block++) {
    const header = bytes.readUIntLE(at, 3);
    const size = header >> 3;
    if (block === MAX_BLOCKS || size > MAX_BLOCK_BYTES) {
      throw new DamagedBackup("a zstd frame is larger than those that redis-ops writes");
    }
    at += 3 + (((header >> 1) & 3) === RLE ? 1 : size);
    if ((header & 1) === 1) {
      return at + checksumBytes <= bytes.length ? at + checksumBytes : undefined;
    }
  }
  return undefined;
}
