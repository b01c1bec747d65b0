import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { decode } from "../../ops/backup/decode";
import { encode } from "../../ops/backup/encode";
import { AGE_KEYS } from "./manifests";

/** Encodes and decodes as many MiB as the argument says, and prints the bytes that came back and the peak of memory in MiB. */
async function throughMemory(length: number): Promise<void> {
  const half = Buffer.concat([randomBytes(512 * 1024), Buffer.alloc(512 * 1024, "session ")]);
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-test-"));
  try {
    const [{ recipient, identity }] = AGE_KEYS;
    const { stream, measured } = encode(Readable.from(Array.from({ length }, () => half)), {
      compression: "zstd",
      recipients: [recipient],
    });
    const path = join(folder, "backup");
    await pipeline(stream, createWriteStream(path));
    const { content, file } = measured();
    const manifest = {
      id: "20261121T150411Z-3fa9",
      compression: "zstd",
      encryption: "age",
      content,
      file: { name: "backup", ...file },
    } as const;
    let bytes = 0;
    for await (const piece of decode(manifest, createReadStream(path), [identity])) {
      bytes += piece.length;
    }
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(JSON.stringify({ bytes, peak }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void throughMemory(Number(process.argv[2]));
