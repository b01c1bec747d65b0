import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { BackupStore } from "../../ops/backup/backup-store";
import { type EncodeOptions, encode, encodedSuffix } from "../../ops/backup/encode";
import { formatManifest, type Manifest } from "../../ops/backup/manifest";

/** The manifest of a snapshot that nothing is wrong with, begun when its id says. */
export function manifestOf(id: string, more: Partial<Manifest> = {}): Manifest {
  const [, year, month, day, hour, minute, second] = /^(....)(..)(..)T(..)(..)(..)Z/.exec(id) ?? [];
  const nothing = { bytes: 0, sha256: createHash("sha256").digest("hex") };
  return {
    format: 1,
    id,
    stack: "shop-prod",
    kind: "rdb",
    startedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    finishedAt: `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
    engine: { version: "7.0.15", rdbVersion: 10 },
    file: { name: `${id}.rdb`, ...nothing },
    content: nothing,
    compression: "none",
    encryption: "none",
    keys: { total: 0, expiring: 0 },
    usedMemory: 0,
    configuration: nothing.sha256,
    madeBy: "redis-ops",
    ...more,
  };
}

/** What `encode` makes of `content`, and the manifest that goes with it. */
export async function encodedBackup(
  content: Buffer | readonly Buffer[],
  options: EncodeOptions,
  id = "20261121T150411Z-3fa9",
): Promise<{ readonly file: Buffer; readonly manifest: Manifest }> {
  const { stream, measured } = encode(Readable.from(Buffer.isBuffer(content) ? [content] : content), options);
  const file = await buffer(stream);
  const { content: before, file: after } = measured();
  const encryption = options.recipients.length > 0 ? "age" : "none";
  const manifest = manifestOf(id, {
    content: before,
    file: { name: `${id}.rdb${encodedSuffix(options.compression, encryption)}`, ...after },
    compression: options.compression,
    encryption,
  });
  return { file, manifest };
}

/** Puts a backup of a few bytes into a store, data first. */
export async function storeBackup(store: BackupStore, id: string): Promise<Manifest> {
  const { file, manifest } = await encodedBackup(
    Buffer.from(`data of ${id}`),
    { compression: "none", recipients: [] },
    id,
  );
  await store.write(manifest.stack, manifest.file.name, Readable.from([file]));
  await store.write(manifest.stack, `${id}.json`, Readable.from([formatManifest(manifest)]));
  return manifest;
}

/** Pairs of keys of age, made for tests alone. */
export const AGE_KEYS = [
  {
    identity: "AGE-SECRET-KEY-14LD56LZCYRYMTMPCJNTL978DK3JXWXXMPA69UY24JSGSKFZL6PLQJMHHM7",
    recipient: "age12z9yqpugldn3yf9an07rqwvvjer36w7urqddru9q22a6wn3l9sdsslzvcw",
  },
  {
    identity: "AGE-SECRET-KEY-1ADEHCS2ZKGJ825JU95SJN7QMWQ3YU2YXYFKZWWLZZG5026RAUDPQFYCZQY",
    recipient: "age1p84a9lflf7y8j39272e3ppmyn9y5hysap58mc85x7dxsjeh53f8qrerf0y",
  },
] as const;
