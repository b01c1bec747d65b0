import type { Problem } from "../../core/problem";
import { compareLines, type NamedEngine } from "../engine-of";

/** Keys that a server has, and how many of them have a time to live. */
export interface Keys {
  readonly total: number;
  readonly expiring: number;
}

/** Whether so many keys can be all of `before`: those with a time to live may have expired. */
export function hasAllKeys(now: number, { total, expiring }: Keys): boolean {
  return now >= total - expiring;
}

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

/** The line of a service's file that names its engine. */
const ENGINE = /^(\s*engine:\s*)"([^"]*)"/gm;

/** What `text`, the file of a service, calls its engine; undefined: it names none. */
export function engineIn(text: string): string | undefined {
  return [...text.matchAll(ENGINE)][0]?.[2];
}

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
