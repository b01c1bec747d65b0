import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidInputError } from "../core/problem";
import { withService } from "./service-index";

/** Where services are written down. */
export const SERVICES_FOLDER = join(__dirname, "..", "config", "services");

/** A new service's file and the list that it is added to, not written yet. */
export interface NewFiles {
  readonly service: { readonly path: string; readonly text: string };
  readonly index: { readonly path: string; readonly text: string };
}

/**
 * The files that a new service needs in `folder`, with `text` as its own.
 * @throws InvalidInputError when there is such a file, or the list cannot be added to
 */
export function newFiles(folder: string, name: string, text: string): NewFiles {
  const service = join(folder, `${name}.ts`);
  const index = join(folder, "index.ts");
  if (existsSync(service)) {
    throw new InvalidInputError([
      {
        field: "name",
        got: `${JSON.stringify(name)}, and config/services/${name}.ts is there`,
        expected: "a name of which there is no file",
        fix: "choose another name, or edit that file",
      },
    ]);
  }
  return {
    service: { path: service, text },
    index: { path: index, text: withService(readFileSync(index, "utf8"), name) },
  };
}

/**
 * Writes both files, the list last, or neither.
 * @throws InvalidInputError when the system refuses; what was written is taken back
 */
export function writeFiles({ service, index }: NewFiles): void {
  const files = [service, index].map((file) => ({ ...file, temporary: `${file.path}.new` }));
  const made: string[] = [];
  try {
    for (const { temporary, text } of files) {
      writeFileSync(temporary, text);
      made.push(temporary);
    }
    for (const { temporary, path } of files) {
      renameSync(temporary, path);
      made[made.indexOf(temporary)] = path;
    }
  } catch (error) {
    for (const path of made) {
      rmSync(path);
    }
    if (!(error !== null && typeof error === "object" && "code" in error)) {
      throw error;
    }
    throw new InvalidInputError([
      {
        field: "config/services",
        got: `${error.code} while writing`,
        expected: "a folder in which files can be made and replaced",
        fix: "look who may write there, and whether the disk is full",
      },
    ]);
  }
}
