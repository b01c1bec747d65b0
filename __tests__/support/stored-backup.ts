import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { formatManifest, type Manifest } from "../../ops/backup/manifest";
import { RdbReader } from "../../ops/backup/read-rdb";
import { streamExec } from "../../ops/docker-run";
import type { TestStack } from "./test-stack";

const ON_VOLUME = "/data/test-backup.rdb";
const AS_OPS =
  'REDISCLI_AUTH=$(cat /run/secrets/redis_ops_password) exec redis-cli --user ops --no-auth-warning "$@"';

/** The command line of redis-cli in a stack's container, as user `ops` where a password is asked for. */
export function cliOf(stack: TestStack, ...argv: readonly string[]): readonly string[] {
  return stack.props.server.auth.mode === "none"
    ? ["redis-cli", ...argv]
    : ["sh", "-c", AS_OPS, "redis-cli", ...argv];
}

/** Hands over what `redis-cli --rdb` gets of a stack: nothing of this project has touched it. */
export async function rdbFileOf<T>(stack: TestStack, use: (rdb: Readable) => Promise<T>): Promise<T> {
  const { exitCode, stderr } = await stack.exec(...cliOf(stack, "--rdb", ON_VOLUME));
  if (exitCode !== 0) {
    throw new Error(stderr);
  }
  const { stdout } = await streamExec(stack.container, ["cat", ON_VOLUME]);
  const used = await use(stdout);
  await stack.exec("rm", ON_VOLUME);
  return used;
}

/** The same in memory. */
export function rdbOf(stack: TestStack): Promise<Buffer> {
  return rdbFileOf(stack, buffer);
}

export const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Puts a backup into a directory store, as its manifest says where `change` says nothing else. Returns the store's folder. */
export function storeBackup(
  folder: string,
  stack: string,
  content: Buffer,
  change: Partial<Manifest> = {},
): string {
  const id = change.id ?? "20261121T120000Z-0001";
  const kind = change.kind ?? "rdb";
  const name = `${id}.${kind === "rdb" ? "rdb" : "aof.tar"}`;
  const file = { bytes: content.length, sha256: sha256(content) };
  mkdirSync(join(folder, stack), { recursive: true });
  writeFileSync(join(folder, stack, name), content);
  writeFileSync(
    join(folder, stack, `${id}.json`),
    formatManifest({
      format: 1,
      id,
      stack,
      kind,
      startedAt: "2026-11-21T12:00:00Z",
      finishedAt: "2026-11-21T12:00:01Z",
      engine: { version: "7.0.15", rdbVersion: 10 },
      file: { name, ...file },
      content: file,
      compression: "none",
      encryption: "none",
      ...(kind === "rdb" ? counted(content) : {}),
      usedMemory: 1_000_000,
      configuration: "0".repeat(64),
      madeBy: "redis-ops",
      ...change,
    }),
  );
  return folder;
}

function counted(content: Buffer): Pick<Manifest, "keys" | "sample"> {
  const reader = new RdbReader();
  reader.push(content);
  const { keys, sample } = reader.end();
  return { keys, sample: [...sample] };
}
