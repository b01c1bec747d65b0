import { closest, distance } from "fastest-levenshtein";

const MAX_TYPOS = 4;

/** The known name that `name` was probably meant to be, or undefined when none is close. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // A name that is longer or shorter by more cannot be close, and a very long one would take seconds to compare.
  const alike = known.filter((other) => Math.abs(other.length - name.length) <= MAX_TYPOS);
  if (alike.length === 0) {
    return undefined;
  }
  const candidate = closest(name, alike);
  const typos = distance(name, candidate);
  // In a short name that many typos would make any name out of any other.
  return typos <= MAX_TYPOS && typos <= Math.ceil(name.length / 2) ? candidate : undefined;
}

const MAX_LISTED = 12;

/** The `fix` for an unknown name: the close one, else the known ones when there are some, and few. */
export function fixForUnknownName(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known);
  if (candidate !== undefined) {
    return `did you mean ${JSON.stringify(candidate)}? Use that name`;
  }
  return known.length === 0 || known.length > MAX_LISTED
    ? "check the spelling"
    : `use one of ${known.join(", ")}`;
}
