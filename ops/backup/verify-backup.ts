import type Docker from "dockerode";
import { checkAof } from "./check-aof";
import { type CheckedRdb, checkRdb } from "./check-rdb";
import { decode } from "./decode";
import { verified } from "./digest";
import { DamagedBackup } from "./failures";
import type { FoundBackup } from "./find-backups";
import type { Manifest } from "./manifest";
import type { Watch } from "./watch";

/** What a backup is checked with. */
export interface Verifier {
  readonly docker: Docker;
  /** Image whose `redis-check-rdb` and `redis-check-aof` are asked. */
  readonly image: string;
  /** For encrypted ones. Empty: of those only the stored bytes are compared. */
  readonly identities: readonly string[];
  readonly watch: Watch;
}

/** What was looked at: all of it, or the stored bytes alone, where no identity opens them. */
export type Looked = "content" | "stored bytes";

/**
 * Reads a backup whole, as it lies in its store: checksums, what the engine's own check says, and the number of keys.
 * @throws an expected failure (`isExpectedFailure`) when it is not good
 */
export async function verifyBackup(found: FoundBackup, verifier: Verifier): Promise<Looked> {
  const { store, manifest } = found;
  const { docker, image, identities, watch } = verifier;
  if (manifest.encryption === "age" && identities.length === 0) {
    await compareStored(found, watch);
    return "stored bytes";
  }
  const file = watch(await store.read(manifest.stack, manifest.file.name), manifest.file.bytes);
  const content = decode(manifest, file, identities);
  if (manifest.kind === "aof") {
    await checkAof(docker, image, content);
  } else {
    refuseOtherCounts(manifest.keys, await checkRdb(docker, image, content));
  }
  return "content";
}

/**
 * Compares size and SHA-256 of what lies in the store with the manifest.
 * @throws DamagedBackup when they differ
 */
export async function compareStored({ store, manifest }: FoundBackup, watch: Watch): Promise<void> {
  const { stack, file } = manifest;
  for await (const _ of verified(watch(await store.read(stack, file.name), file.bytes), file, "the file")) {
    // Every piece is measured on its way; only the end counts.
  }
}

/** @throws DamagedBackup when the engine counted other numbers than are expected */
export function refuseOtherCounts(expected: Manifest["keys"], { keys, expiring }: CheckedRdb): void {
  if (expected !== undefined && (expected.total !== keys || expected.expiring !== expiring)) {
    throw new DamagedBackup(
      `redis-check-rdb counts ${keys} keys, ${expiring} of them with a time to live; expected ${expected.total} and ${expected.expiring}`,
    );
  }
}
