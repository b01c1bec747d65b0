import { parseDuration } from "./duration";
import type { Value } from "./values";

/** What a value should have been, or undefined when it is fine. */
export type Check = (value: Value) => string | undefined;

/** One of a few words. */
export function oneOf(...words: readonly string[]): Check {
  return (value) => (words.some((word) => word === value) ? undefined : `one of ${words.join(", ")}`);
}

/** A number that is not too small. */
export function atLeast(least: number): Check {
  return (value) => (typeof value === "number" && value >= least ? undefined : `${least} or more`);
}

/** Text that matches a pattern; `example` shows one that does. */
export function matching(pattern: RegExp, example: string): Check {
  return (value) =>
    typeof value === "string" && pattern.test(value)
      ? undefined
      : `something like ${JSON.stringify(example)}`;
}

/** A duration as Go writes it, not negative. */
export const duration: Check = (value) => {
  const nanoseconds = typeof value === "string" ? parseDuration(value) : undefined;
  return nanoseconds !== undefined && nanoseconds >= 0n ? undefined : 'a duration such as "1m30s"';
};
