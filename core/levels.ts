import type { LevelsProps } from "./redis-stack-props";

/**
 * Which of two levels a number is above: the one that is reached is not yet passed, as in the alerts, which all say `>`.
 * Undefined: neither.
 */
export function levelAbove(
  value: number,
  levels: LevelsProps<number>,
): keyof LevelsProps<number> | undefined {
  return value > levels.critical ? "critical" : value > levels.warning ? "warning" : undefined;
}
