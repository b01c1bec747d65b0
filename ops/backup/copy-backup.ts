import { Readable } from "node:stream";
import type { BackupStore } from "./backup-store";
import { verified } from "./digest";
import type { FoundBackup } from "./find-backups";
import { formatManifest } from "./manifest";
import { compareStored } from "./verify-backup";
import type { Watch } from "./watch";

/**
 * Copies a backup as it lies in its store into another one, and reads it back from there; the manifest comes last. When
 * anything fails, nothing of it stays there.
 * @throws an expected failure (`isExpectedFailure`), for example `DamagedBackup` when it is not what its manifest says
 */
export async function copyBackup(
  { store, manifest }: FoundBackup,
  target: BackupStore,
  watch: Watch,
): Promise<void> {
  const { stack, id, file } = manifest;
  try {
    const content = verified(watch(await store.read(stack, file.name), file.bytes), file, "the file");
    await target.write(stack, file.name, Readable.from(content, { objectMode: false }));
    await compareStored({ store: target, manifest }, watch);
    await target.write(stack, `${id}.json`, Readable.from([Buffer.from(formatManifest(manifest))]));
  } catch (error) {
    await target.remove(stack, [`${id}.json`, file.name]).catch(() => undefined); // the first failure is what is told
    throw error;
  }
}
