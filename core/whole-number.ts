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
      value < min ? `use ${min} or more` : value > max ? `use ${max} or less` : "round it",
    );
  }
  return value;
}
