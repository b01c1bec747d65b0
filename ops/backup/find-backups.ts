import { fixForUnknownName } from "../../core/nearest";
import { InvalidInputError } from "../../core/problem";
import {
  type BackupStore,
  isManifest,
  MAX_MANIFEST_BYTES,
  type StoredFile,
  StoreFailure,
} from "./backup-store";
import { encodedSuffix } from "./encode";
import { BACKUP_ID, type Manifest, parseManifest } from "./manifest";
import { byAge, isOfFuture } from "./retention";

export interface FoundBackup {
  readonly store: BackupStore;
  readonly manifest: Manifest;
}

/** What has the name of a backup and is none. */
export interface BrokenBackup {
  readonly store: BackupStore;
  readonly id: string;
  /** In words that can follow the id, without a full stop. */
  readonly problem: string;
}

export interface FoundBackups {
  /** Newest first; of the same one in two stores, the first store's first. Those of the future (`isOfFuture`) are last. */
  readonly good: readonly FoundBackup[];
  readonly broken: readonly BrokenBackup[];
  /** Stores that could not be asked, while another could. */
  readonly failures: readonly StoreFailure[];
}

/**
 * The backups of a stack: manifests that can be read, whose data file is there with the size that they say. Its content
 * is not looked at.
 * @throws StoreFailure when no store could be asked
 */
export async function findBackups(
  stores: readonly BackupStore[],
  stack: string,
  now = new Date(),
): Promise<FoundBackups> {
  const answers = await Promise.all(stores.map((store) => surveyed(store, stack)));
  const failures = answers.filter((answer) => answer instanceof StoreFailure);
  const [failure] = failures;
  if (failure !== undefined && failures.length === stores.length) {
    throw failure;
  }
  const found = answers.flatMap((answer) => (answer instanceof StoreFailure ? [] : answer));
  return {
    good: found
      .filter((one) => "manifest" in one)
      .sort(
        ({ manifest: one }, { manifest: other }) =>
          Number(isOfFuture(one, now)) - Number(isOfFuture(other, now)) || byAge(one, other),
      ),
    broken: found.filter((one) => "problem" in one),
    failures,
  };
}

async function surveyed(
  store: BackupStore,
  stack: string,
): Promise<readonly (FoundBackup | BrokenBackup)[] | StoreFailure> {
  let files: readonly StoredFile[];
  try {
    files = await store.survey(stack);
  } catch (error) {
    if (error instanceof StoreFailure) {
      return error;
    }
    throw error;
  }
  const sizes = new Map(files.map(({ name, bytes }) => [name, bytes]));
  return files
    .filter(({ name }) => name.endsWith(".json") && BACKUP_ID.test(name.slice(0, -".json".length)))
    .map((file) => {
      const id = file.name.slice(0, -".json".length);
      const manifest = manifestIn(file);
      const problem = typeof manifest === "string" ? manifest : mismatch(manifest, id, stack, sizes);
      return typeof manifest === "string" || problem !== undefined
        ? { store, id, problem: problem ?? "" }
        : { store, manifest };
    });
}

function manifestIn(file: StoredFile): Manifest | string {
  if (file.text === undefined) {
    return isManifest(file)
      ? "its manifest cannot be read"
      : `its manifest has ${file.bytes} bytes, more than ${MAX_MANIFEST_BYTES}`;
  }
  const manifest = parseManifest(file.text);
  return typeof manifest === "string" ? `its manifest ${manifest}` : manifest;
}

function mismatch(
  manifest: Manifest,
  id: string,
  stack: string,
  sizes: ReadonlyMap<string, number>,
): string | undefined {
  const { kind, compression, encryption, file } = manifest;
  if (manifest.id !== id) {
    return `its manifest is of ${manifest.id}`;
  }
  if (manifest.stack !== stack) {
    return `its manifest is of the stack ${manifest.stack}`;
  }
  const name = `${dataFileStem(id, kind)}${encodedSuffix(compression, encryption)}`;
  if (file.name !== name) {
    return `its manifest speaks of the file ${JSON.stringify(file.name)}, and not of ${name}`;
  }
  const bytes = sizes.get(name);
  if (bytes === undefined) {
    return `its file ${name} is missing`;
  }
  return bytes === file.bytes ? undefined : `its file has ${bytes} bytes, and ${file.bytes} in the manifest`;
}

/** Name of the data file before what `encode` adds to it. */
export function dataFileStem(id: string, kind: Manifest["kind"]): string {
  return `${id}.${kind === "rdb" ? "rdb" : "aof.tar"}`;
}

/** What `latest` passes over, a line for each: for people. */
export function passedOver(
  { good }: Pick<FoundBackups, "good">,
  id: string,
  now = new Date(),
): readonly string[] {
  return id !== "latest"
    ? []
    : good
        .filter(({ manifest }) => isOfFuture(manifest, now))
        .map(
          ({ store, manifest }) => `passed over: ${manifest.id} in ${store.where}, which is in the future`,
        );
}

/**
 * The backup that a person means: an id, the beginning of one that no other has, or `latest`, which is none of the future.
 * @param field where it was written, for the message
 * @throws InvalidInputError
 */
export function chooseBackup(
  { good, broken }: Pick<FoundBackups, "good" | "broken">,
  id: string,
  field = "backup",
  now = new Date(),
): FoundBackup {
  const candidates =
    id === "latest"
      ? good.filter(({ manifest }) => !isOfFuture(manifest, now)).slice(0, 1)
      : good.filter(({ manifest }) => manifest.id.startsWith(id));
  const ids = [...new Set(candidates.map(({ manifest }) => manifest.id))];
  const [chosen] = candidates;
  if (chosen !== undefined && id !== "" && (ids.length === 1 || ids.includes(id))) {
    return chosen;
  }
  const got = JSON.stringify(id);
  const damaged = broken.find((one) => one.id === id);
  if (damaged !== undefined) {
    throw refuse(field, `${got}, and ${damaged.problem}`, "a backup that is whole", another(good));
  }
  if (good.length === 0) {
    throw refuse(field, got, "a backup, and there is none", "make one with redis-ops backup create");
  }
  if (id === "latest") {
    throw refuse(
      field,
      `${got}, and every backup is in the future`,
      "one that was begun before now",
      `set this machine's clock, or name one: ${listed([...new Set(good.map(({ manifest }) => manifest.id))])}`,
    );
  }
  if (ids.length > 1) {
    throw refuse(
      field,
      `${got}, with which ${ids.length} ids begin`,
      "one of them",
      `use one of ${listed(ids)}`,
    );
  }
  const known = [...new Set(good.map(({ manifest }) => manifest.id)), "latest"];
  throw refuse(field, got, "the id of a backup, its beginning, or latest", fixForUnknownName(id, known));
}

const MAX_LISTED = 5;

function listed(ids: readonly string[]): string {
  return ids.length > MAX_LISTED ? `${ids.slice(0, MAX_LISTED).join(", ")}, …` : ids.join(", ");
}

function another(good: readonly FoundBackup[]): string {
  const [newest] = good;
  return newest === undefined
    ? "make one with redis-ops backup create"
    : `use another, e.g. ${newest.manifest.id}, the newest`;
}

function refuse(field: string, got: string, expected: string, fix: string): InvalidInputError {
  return new InvalidInputError([{ field, got, expected, fix }]);
}
