import type { BackupStore } from "./backup-store";
import { BackupFileMissing } from "./backup-store";
import { DamagedBackup } from "./failures";
import { type FoundBackup, findBackups } from "./find-backups";
import { expiredBackups, type RetentionPolicy } from "./retention";
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
}

const DAY_MS = 86_400_000;
/** A name that begins with the id of a backup. */
const OF_BACKUP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{4}(?=\.)/;

/**
 * What retention asks to remove in a store. The newest good backup always stays, whatever the policy says: one whose file
 * was read whole and has the checksum of its manifest. Damaged ones do not count as kept. What is broken, and what an
 * interrupted run left a day ago, goes only where a newer good backup is.
 */
export async function planPrune(
  store: BackupStore,
  stack: string,
  policy: RetentionPolicy,
  watch: Watch,
): Promise<PrunePlan> {
  const { good: found, broken } = await findBackups([store], stack);
  const files = await store.survey(stack);
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
    ...leftOvers(
      files,
      [...found.map(({ manifest }) => manifest.id), ...broken.map(({ id }) => id)],
      policy.now,
    ),
  ];
  const newestId = newest?.manifest.id ?? "";
  const mayGo = ({ id }: Removal) => id < newestId;
  return {
    store,
    kept: whole.filter(({ manifest }) => !expired.includes(manifest)),
    removed: [
      ...expired.map((manifest) => removalOf({ store, manifest }, "expired")),
      ...wrong.filter(mayGo),
    ],
    left: wrong.filter((removal) => !mayGo(removal)),
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

type Files = readonly { readonly name: string; readonly bytes: number }[];

function partsOf(id: string, files: Files, why: string): Removal {
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

/** Files of runs that never wrote a manifest, when they are older than a day: a younger one may still be written. */
function leftOvers(files: Files, known: readonly string[], now: Date): readonly Removal[] {
  const ids = files.flatMap(({ name }) => OF_BACKUP.exec(name)?.[0] ?? []);
  return [...new Set(ids)]
    .filter((id) => !known.includes(id) && now.getTime() - begunAt(id) > DAY_MS)
    .map((id) =>
      partsOf(
        id,
        files.filter(({ name }) => name.startsWith(`${id}.`)),
        "left by a run that did not end",
      ),
    );
}

/** When the run was begun, by its id, in unix milliseconds. */
function begunAt(id: string): number {
  const [, ...parts] = OF_BACKUP.exec(`${id}.`) ?? [];
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
