import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InvalidInputError, type Problem } from "../core/problem";
import { withService } from "./service-index";

/** Where services are written down. */
export const SERVICES_FOLDER = join(__dirname, "..", "config", "services");

const LOCK = "service-new.lock";

/** A new service's file and the list that it is added to, not written yet. */
export interface NewFiles {
  readonly folder: string;
  readonly name: string;
  readonly service: { readonly path: string; readonly text: string };
  /** `before` is the list that `text` was made of. */
  readonly index: { readonly path: string; readonly before: string; readonly text: string };
}

/**
 * The files that a new service needs in `folder`, with `text` as its own.
 * @throws InvalidInputError when there is such a file, or the list cannot be added to
 */
export function newFiles(folder: string, name: string, text: string): NewFiles {
  const index = join(folder, "index.ts");
  if (readdirSync(folder).includes(`${name}.ts`)) {
    throw new InvalidInputError([nameIsTaken(name)]);
  }
  const before = readFileSync(index, "utf8");
  return {
    folder,
    name,
    service: { path: join(folder, `${name}.ts`), text },
    index: { path: index, before, text: withService(before, name) },
  };
}

/**
 * Writes both files, the list last, or neither. Of several commands that write at once, one does.
 * @param loadedAt when the services that these files were checked with began to be loaded, in ms since 1970. Default: the
 * start of this process
 * @throws InvalidInputError when another command writes, when a file of a service changed after `loadedAt`, or when the
 * system refuses; what was written is taken back
 */
export function writeFiles(files: NewFiles, loadedAt: number = performance.timeOrigin): void {
  try {
    withLock(files.folder, () => {
      refuseChanges(files, loadedAt);
      writeBoth(files);
    });
  } catch (error) {
    throw new InvalidInputError([
      {
        field: "config/services",
        got: `${codeOf(error)} while writing`,
        expected: "a folder in which files can be made and replaced",
        fix: "look who may write there, and whether the disk is full",
      },
    ]);
  }
}

function withLock(folder: string, act: () => void): void {
  const lock = join(folder, LOCK);
  try {
    closeSync(openSync(lock, "wx"));
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? new InvalidInputError([isLocked()]) : error;
  }
  try {
    act();
  } finally {
    rmSync(lock);
  }
}

/** A port that was free when the services were loaded may be another service's now. */
function refuseChanges({ folder, index }: NewFiles, loadedAt: number): void {
  const changed = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => (statSync(join(folder, file), { throwIfNoEntry: false })?.ctimeMs ?? 0) > loadedAt);
  const isOtherList = readFileSync(index.path, "utf8") !== index.before;
  const [file] = isOtherList ? ["index.ts"] : changed;
  if (file !== undefined) {
    throw new InvalidInputError([
      {
        field: `config/services/${file}`,
        got: "a change while this command ran",
        expected: "the services that the new one was checked with",
        fix: "run it again",
      },
    ]);
  }
}

function writeBoth({ folder, name, service, index }: NewFiles): void {
  const temporary = mkdtempSync(join(folder, "service-new-"));
  try {
    const list = join(temporary, "index.ts");
    writeFileSync(list, index.text);
    writeNew(name, service);
    try {
      renameSync(list, index.path);
    } catch (error) {
      rmSync(service.path);
      throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Makes a file where nothing is, not even a link that leads nowhere. */
function writeNew(name: string, { path, text }: NewFiles["service"]): void {
  try {
    closeSync(openSync(path, "wx"));
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? new InvalidInputError([nameIsTaken(name)]) : error;
  }
  try {
    writeFileSync(path, text);
  } catch (error) {
    rmSync(path);
    throw error;
  }
}

/** What the system says of a refusal; anything else is thrown on. */
function codeOf(error: unknown): unknown {
  if (error !== null && typeof error === "object" && "code" in error) {
    return error.code;
  }
  throw error;
}

function nameIsTaken(name: string): Problem {
  return {
    field: "name",
    got: `${JSON.stringify(name)}, and config/services/${name}.ts is there`,
    expected: "a name of which there is no file",
    fix: "choose another name, or edit that file",
  };
}

function isLocked(): Problem {
  return {
    field: `config/services/${LOCK}`,
    got: "a lock: another service is being written",
    expected: "no other service new at the same time",
    fix: "run it again; remove that file when no other is running",
  };
}
