import { type Engine, engines } from "../config/engines";

/** A row of the catalogue with its name. */
export type NamedEngine = Engine & { readonly name: string };

/** The row of the catalogue for an image; undefined: it is in none. */
export function engineOf(image: string | undefined): NamedEngine | undefined {
  const row = Object.entries<Engine>(engines).find(([, engine]) => engine.image === image);
  return row === undefined ? undefined : { name: row[0], ...row[1] };
}

/** Below 0: the release line of `one` is older; 0: they are of one line, such as 7.4. */
export function compareLines(one: string, other: string): number {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [lineOf(one), lineOf(other)];
  return major - otherMajor || minor - otherMinor;
}

const lineOf = (version: string) => version.split(".").map(Number);
