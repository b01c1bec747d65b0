import { InvalidValueError } from "./problem";

/** Inclusive range of a number. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export const PORTS: Range = { min: 1, max: 65535 };

/**
 * `value`, when it is a whole number in `range`.
 * @throws InvalidValueError otherwise
 */
export function wholeNumber(value: number, { min, max }: Range): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new InvalidValueError(
      `${value}`,
      `a whole number from ${min} to ${max}`,
      fixFor(value, { min, max }),
    );
  }
  return value;
}

function fixFor(value: number, { min, max }: Range): string {
  if (Number.isNaN(value)) {
    return `write a number, such as ${min}`;
  }
  return value < min
    ? `use ${min} or more`
    : value > max
      ? `use ${max} or less`
      : `write ${Math.round(value)}`;
}
