import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Problem } from "../../core/problem";
import { SERVICES_FOLDER } from "../service-writer";
import { withEngine } from "./upgrade-problems";

/** The file of a service, before and after its engine is changed in it. */
export interface ServiceSource {
  /** For people: from the working directory. */
  readonly shownPath: string;
  readonly before: string;
  readonly after: string;
  readonly write: (text: string) => void;
}

/** What a change of the engine does to `config/services/<name>.ts`. Nothing is written yet. */
export function serviceSource(name: string, engine: string): ServiceSource | Problem {
  const path = join(SERVICES_FOLDER, `${name}.ts`);
  const shownPath = relative(process.cwd(), path);
  if (!existsSync(path)) {
    return {
      field: shownPath,
      got: "no such file",
      expected: `the file of ${name}`,
      fix: `write engine: "${engine}" by hand where the service is, and run this again`,
    };
  }
  const before = readFileSync(path, "utf8");
  const after = withEngine(shownPath, before, engine);
  if (typeof after !== "string") {
    return after;
  }
  // Whole or not at all, as every reader sees it.
  const write = (text: string) => {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  };
  return { shownPath, before, after, write };
}
