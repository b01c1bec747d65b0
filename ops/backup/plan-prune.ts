import type { BackupStore, StoredFile } from "./backup-store";
import { BackupFileMissing } from "./backup-store";
import { DamagedBackup } from "./failures";
import { type FoundBackup, findBackups } from "./find-backups";
import { expiredBackups, isOfFuture, type RetentionPolicy } from "./retention";
import { compareStored } from "./verify-backup";
import type { Watch } from "./watch";

/** Something that goes: its files in the order in which they are removed, the completion mark first. */
export interface Removal {
  readonly id: string;
  readonly names: readonly string[];
  readonly bytes: number;
  readonly why: string;
}

/** What becomes of the backups of a stack in one store. */
export interface PrunePlan {
  readonly store: BackupStore;
  readonly kept: readonly FoundBackup[];
  readonly removed: readonly Removal[];
  /** What is wrong and stays, since there is no newer good backup, or it may still be written: for people. */
  readonly left: readonly Removal[];
  /** Of the future, by a clock that was wrong: they neither count nor go. */
  readonly future: readonly FoundBackup[];
}

/** What nobody has written to for so long is written by nobody: as in constructs/redis-backup.sh. */
const WRITING_MS = 60 * 60_000;
/** A name that begins with the id of a backup. */
const OF_BACKUP = /^\d{8}T\d{6}Z-[0-9a-f]{4}(?=\.)/;

/**
 * What retention asks to remove in a store. The newest good backup always stays, whatever the policy says: one whose file
 * was read whole and has the checksum of its manifest. Damaged ones and those of the future do not count as kept. What is
 * broken, and what an interrupted run left, goes only where a newer good backup is, and an hour after it was written to.
 */
export async function planPrune(
  store: BackupStore,
  stack: string,
  policy: RetentionPolicy,
  watch: Watch,
): Promise<PrunePlan> {
  const { good, broken } = await findBackups([store], stack, policy.now);
  const future = good.filter(({ manifest }) => isOfFuture(manifest, policy.now));
  const found = good.filter((one) => !future.includes(one));
  const files = await store.survey(stack);
  const isWritten = (id: string) =>
    files.some(
      ({ name, changedAt }) =>
        name.startsWith(`${id}.`) && policy.now.getTime() - changedAt.getTime() <= WRITING_MS,
    );
  const damaged: Removal[] = [];
  let newest: FoundBackup | undefined;
  for (const backup of found) {
    const why = await damageOf(backup, watch);
    if (why === undefined) {
      newest = backup;
      break;
    }
    damaged.push(removalOf(backup, why));
  }
  const whole = newest === undefined ? [] : found.slice(found.indexOf(newest));
  const expired = expiredBackups(
    whole.map(({ manifest }) => manifest),
    policy,
  );
  const wrong = [
    ...damaged,
    ...broken.map(({ id, problem }) => {
      const names = files.filter(({ name }) => name.startsWith(`${id}.`));
      return partsOf(id, names, problem);
    }),
    ...leftOvers(files, [...good.map(({ manifest }) => manifest.id), ...broken.map(({ id }) => id)]),
  ];
  const newestId = newest?.manifest.id ?? "";
  const mayGo = ({ id }: Removal) => id < newestId && !isWritten(id);
  return {
    store,
    kept: whole.filter(({ manifest }) => !expired.includes(manifest)),
    removed: [
      ...expired.map((manifest) => removalOf({ store, manifest }, "expired")),
      ...wrong.filter(mayGo),
    ],
    left: wrong
      .filter((removal) => !mayGo(removal))
      .map((removal) =>
        isWritten(removal.id)
          ? { ...removal, why: `${removal.why}, or is still written: it changed within the hour` }
          : removal,
      ),
    future,
  };
}

async function damageOf(backup: FoundBackup, watch: Watch): Promise<string | undefined> {
  try {
    await compareStored(backup, watch);
    return undefined;
  } catch (error) {
    if (error instanceof DamagedBackup || error instanceof BackupFileMissing) {
      return error.message;
    }
    throw error;
  }
}

function removalOf({ manifest: { id, file } }: FoundBackup, why: string): Removal {
  return { id, names: [`${id}.json`, file.name], bytes: file.bytes, why };
}

function partsOf(id: string, files: readonly StoredFile[], why: string): Removal {
  const manifestFirst = [...files].sort(
    (one, other) => Number(other.name === `${id}.json`) - Number(one.name === `${id}.json`),
  );
  return {
    id,
    names: manifestFirst.map(({ name }) => name),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    why,
  };
}

/** Files of runs that wrote no manifest, or have not yet. */
function leftOvers(files: readonly StoredFile[], known: readonly string[]): readonly Removal[] {
  const ids = files.flatMap(({ name }) => OF_BACKUP.exec(name)?.[0] ?? []);
  return [...new Set(ids)]
    .filter((id) => !known.includes(id))
    .map((id) =>
      partsOf(
        id,
        files.filter(({ name }) => name.startsWith(`${id}.`)),
        "left by a run that did not end",
      ),
    );
}
