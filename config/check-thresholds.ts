import type { Duration } from "../core/duration";
import type { Problems } from "../core/problem";
import type { LevelsProps } from "../core/redis-stack-props";
import { type Range, wholeNumber } from "../core/whole-number";
import type { ResolvedStack } from "./resolve-stack";

const LEVELS = ["warning", "critical"] as const;
const PERCENT: Range = { min: 1, max: 100 };

/** Numbers to watch, where they may lie, and on which side of the warning the critical level is. */
type Rule = readonly [
  name: string,
  levels: LevelsProps<number> | undefined,
  range: Range,
  side: "above" | "below",
];

/** Notes thresholds that can never be reached, and levels in the wrong order. */
export function checkThresholds({ service, props }: ResolvedStack, problems: Problems): void {
  const { memory, connectedClients, blockedClients, hitRatio, latency } = props.thresholds;
  const { maxclients } = props.server;
  const fieldOf = (name: string) => `${service.name}.thresholds.${name}`;
  const rules: readonly Rule[] = [
    ["memory", memory, PERCENT, "above"],
    ["connectedClients", connectedClients, { min: 1, max: maxclients }, "above"],
    ["blockedClients", blockedClients, { min: 0, max: maxclients }, "above"],
    ["hitRatio", hitRatio, PERCENT, "below"],
  ];
  for (const [name, levels, range, side] of rules) {
    // How many clients there can be is not known where maxclients was refused.
    if (levels !== undefined && (range === PERCENT || !problems.has(`${service.name}.maxclients`))) {
      for (const level of LEVELS) {
        problems.read(`${fieldOf(name)}.${level}`, 0, () => wholeNumber(levels[level], range));
      }
      checkOrder(fieldOf(name), levels, side, problems);
    }
  }
  for (const level of LEVELS) {
    if (latency[level].toMilliseconds() === 0) {
      problems.add({
        field: `${fieldOf("latency")}.${level}`,
        got: `${latency[level]}`,
        expected: "more than 0 s",
        fix: "write the time in which commands have to be answered",
      });
    }
  }
  const milliseconds = {
    warning: latency.warning.toMilliseconds(),
    critical: latency.critical.toMilliseconds(),
  };
  checkOrder(fieldOf("latency"), milliseconds, "above", problems, latency);
}

/** @param written the levels as they are told, with their unit */
function checkOrder(
  field: string,
  { warning, critical }: LevelsProps<number>,
  side: Rule[3],
  problems: Problems,
  written: LevelsProps<number | Duration> = { warning, critical },
): void {
  const isInOrder = side === "above" ? critical > warning : critical < warning;
  if (!isInOrder && !LEVELS.some((level) => problems.has(`${field}.${level}`))) {
    problems.add({
      field,
      got: `warning ${written.warning}, critical ${written.critical}`,
      expected: `a critical level ${side} the warning`,
      fix: "exchange them, or move them apart",
    });
  }
}
