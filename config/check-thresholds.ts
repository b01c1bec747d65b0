import type { Problems } from "../core/problem";
import type { LevelsProps } from "../core/redis-stack-props";
import { type Range, wholeNumber } from "../core/whole-number";
import type { ResolvedStack } from "./resolve-stack";

/** Notes thresholds that can never be reached, and levels in the wrong order. */
export function checkThresholds({ service, props }: ResolvedStack, problems: Problems): void {
  const { memory, connectedClients, blockedClients, hitRatio, latency } = props.thresholds;
  const percent = { min: 1, max: 100 };
  const clients = { min: 1, max: props.server.maxclients };
  const milliseconds = {
    warning: latency.warning.toMilliseconds(),
    critical: latency.critical.toMilliseconds(),
  };
  const rules: readonly (readonly [string, LevelsProps<number> | undefined, Range | undefined])[] = [
    ["memory", memory, percent],
    ["connectedClients", connectedClients, clients],
    ["blockedClients", blockedClients, { ...clients, min: 0 }],
    ["hitRatio", hitRatio, percent],
    ["latency", milliseconds, undefined],
  ];
  for (const [name, levels, range] of rules) {
    const field = `${service.name}.thresholds.${name}`;
    if (levels === undefined || problems.has(`${service.name}.maxclients`)) {
      continue;
    }
    for (const level of ["warning", "critical"] as const) {
      if (range !== undefined) {
        problems.read(`${field}.${level}`, 0, () => wholeNumber(levels[level], range));
      } else if (levels[level] === 0 && !problems.has(`${field}.${level}`)) {
        problems.add({
          field: `${field}.${level}`,
          got: "0 s",
          expected: "more than 0 ms",
          fix: "write the time in which commands have to be answered",
        });
      }
    }
    const falls = name === "hitRatio";
    const refused = ["", ".warning", ".critical"].some((end) => problems.has(`${field}${end}`));
    if (!refused && (falls ? levels.warning <= levels.critical : levels.warning >= levels.critical)) {
      problems.add({
        field,
        got: `warning ${levels.warning}, critical ${levels.critical}`,
        expected: falls ? "a critical level below the warning" : "a critical level above the warning",
        fix: "exchange them, or move them apart",
      });
    }
  }
}
