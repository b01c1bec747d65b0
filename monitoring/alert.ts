import type { Duration } from "../core/duration";
import type { LevelsProps } from "../core/redis-stack-props";
import type { Runbook } from "../core/runbooks";

export const SEVERITIES = ["warning", "critical"] as const;

/** `warning`: somebody is told. `critical`: somebody is woken. */
export type Severity = (typeof SEVERITIES)[number];

/** When somebody is told, and what. */
export interface Alert {
  readonly alert: string;
  readonly severity: Severity;
  /** PromQL. One series: label `stack`, and `reason` for a backup that failed. */
  readonly expr: string;
  /** How long it has to hold, as Prometheus writes it. */
  readonly for: string;
  /** What is wrong, the same for every stack. */
  readonly summary: string;
  /** With the value, as a template of Prometheus. */
  readonly description: string;
  readonly runbook: Runbook;
  /** Whether who looks after machines and disks is named as well. @default false */
  readonly infrastructure?: boolean;
}

/** A metric of the stack, with more matchers. */
export type Series = (metric: string, ...matchers: readonly string[]) => string;

/** The value, whichever exporter or job it came from. */
export const max = (expr: string) => `max by (stack) (${expr})`;

/** The same alert at both levels. */
export function atBothLevels(alert: (severity: Severity) => Omit<Alert, "severity">): readonly Alert[] {
  return SEVERITIES.map((severity) => ({ severity, ...alert(severity) }));
}

export function told(levels: LevelsProps<number | Duration>, side: "above" | "below", unit = ""): string {
  return `Warning ${side} ${levels.warning}${unit}, critical ${side} ${levels.critical}${unit}.`;
}

/** For PromQL, whose ratios are 0 to 1. */
export function ratio(percent: number): number {
  return percent / 100;
}
