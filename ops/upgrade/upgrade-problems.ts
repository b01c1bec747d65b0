import type { Engine } from "../../config/engines";
import type { Problem } from "../../core/problem";

/** A row of the catalogue with its name. */
export type NamedEngine = Engine & { readonly name: string };

/** What keeps data of one engine from being loaded by another; undefined: nothing. */
export function downgradeProblem(
  from: NamedEngine | { readonly version: string; readonly rdbVersion: number },
  to: NamedEngine,
): Problem | undefined {
  if (to.rdbVersion >= from.rdbVersion && compareLines(to.version, from.version) >= 0) {
    return undefined;
  }
  return {
    field: "--to",
    got: `"${to.name}": version ${to.version}, which reads RDB ${to.rdbVersion}`,
    expected: `version ${from.version} or newer, which reads RDB ${from.rdbVersion}, as the data is`,
    fix:
      "stay on the engine; an older one gets the data of a backup that it made itself, or a copy that clients make key by key " +
      "with commands that both know",
  };
}

/** Below 0: the release line of `one` is older; 0: they are of one line, such as 7.4. */
function compareLines(one: string, other: string): number {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [lineOf(one), lineOf(other)];
  return major - otherMajor || minor - otherMinor;
}

const lineOf = (version: string) => version.split(".").map(Number);

/** The line of a service's file that names its engine. */
const ENGINE = /^(\s*engine:\s*)"([^"]*)"/gm;

/**
 * `text`, the file of a service, with another engine. The same text when it names that one already.
 * @returns a problem where the file does not name the engine exactly once
 */
export function withEngine(path: string, text: string, engine: string): string | Problem {
  const found = [...text.matchAll(ENGINE)];
  if (found.length === 1) {
    return text.replace(ENGINE, `$1${JSON.stringify(engine)}`);
  }
  return {
    field: path,
    got: `${found.length} lines engine: "…"`,
    expected: "one",
    fix: `write engine: "${engine}" there by hand, and run this again`,
  };
}
