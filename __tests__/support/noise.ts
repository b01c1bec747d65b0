import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import { streamExec } from "../../ops/docker-run";

const KEYS_PER_PIECE = 1000;

/** Writes `count` keys of `bytes` random bytes each, which nothing compresses, into a server that asks for no password. */
export async function writeNoise(container: Docker.Container, count: number, bytes: number): Promise<void> {
  function* commands(): Generator<Buffer> {
    for (let start = 0; start < count; start += KEYS_PER_PIECE) {
      const noise = randomBytes(Math.min(KEYS_PER_PIECE, count - start) * bytes);
      const pieces: Buffer[] = [];
      for (let at = 0; at < noise.length; at += bytes) {
        const key = `noise:${start + at / bytes}`;
        const head = `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${bytes}\r\n`;
        pieces.push(Buffer.from(head), noise.subarray(at, at + bytes), Buffer.from("\r\n"));
      }
      yield Buffer.concat(pieces);
    }
  }
  const { stdout, finished } = await streamExec(
    container,
    ["redis-cli", "--pipe"],
    Readable.from(commands(), { objectMode: false }),
  );
  let said = "";
  for await (const text of stdout) {
    said += text;
  }
  const { exitCode } = await finished;
  if (exitCode !== 0 || !said.includes(`errors: 0, replies: ${count}`)) {
    throw new Error(`redis-cli --pipe: exit code ${exitCode}: ${said}`);
  }
}
