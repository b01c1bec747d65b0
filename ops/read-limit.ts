import type { Problems } from "../core/problem";

/** `--limit` as a person wrote it: 1 to `max`. */
export function readLimit(
  text: string | undefined,
  fallback: number,
  max: number,
  problems: Problems,
): number {
  const limit = text === undefined ? fallback : Number(text);
  if (text !== undefined && (!/^\d+$/.test(text) || limit < 1 || limit > max)) {
    problems.add({
      field: "--limit",
      got: JSON.stringify(text),
      expected: `a whole number of 1 to ${max}`,
      fix: "write how many to show at most",
    });
  }
  return limit;
}
