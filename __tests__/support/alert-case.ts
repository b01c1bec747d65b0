import { loadStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Severity } from "../../monitoring/alert";
import { type AlertingRule, ruleGroups } from "../../monitoring/alert-rules";
import { labelsOf } from "../../monitoring/monitored-stack";
import { shopStack, single, template, today } from "./stack-fixtures";

/** A stretch of a series: a value that stays, one that grows, or nothing, as after a target is gone. */
export type Stretch =
  | { readonly minutes: number; readonly value: number; readonly perSecond: number }
  | { readonly minutes: number; readonly value?: undefined };

export const hold = (value: number, minutes: number): Stretch => ({ minutes, value, perSecond: 0 });
export const grow = (from: number, perSecond: number, minutes: number): Stretch => ({
  minutes,
  value: from,
  perSecond,
});
export const gone = (minutes: number): Stretch => ({ minutes });

/** What an alert does with a history of series. */
export interface AlertCase {
  readonly name: string;
  readonly stack: keyof typeof ALERTED_STACKS;
  readonly alert: string;
  /** By metric, with labels beside those of the scrape configuration, or in their place. */
  readonly series: Readonly<Record<string, readonly Stretch[]>>;
  /** Severity and description of what fires, at minutes from the start. */
  readonly at: Readonly<Record<number, Partial<Readonly<Record<Severity, string>>>>>;
  /** Further labels of what fires. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /** Seconds from one scrape to the next. @default 15 */
  readonly step?: number;
}

function real(id: string): ResolvedStack {
  return single(loadStacks({ template, today }).filter((stack) => stack.id === id));
}

/** The repository's own, by what happens when their memory is full; and a cache, of which it has none that is exported. */
export const ALERTED_STACKS = {
  sessions: real("prospectflow-prod"),
  mixed: real("sentra-portal-prod"),
  queue: real("vedfolnir-prod"),
  cache: shopStack("prod", {
    service: {
      stores: [{ kind: "cache", keys: "page:*", ttl: "1 h", lossAcceptable: true }],
      maxmemoryPolicy: "allkeys-lru",
      persistence: { appendonly: false, save: [] },
    },
  }),
} as const;

export function alertingRules(stack: ResolvedStack): readonly AlertingRule[] {
  return ruleGroups(stack)
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is AlertingRule => "alert" in rule);
}

const DEFAULT_STEP = 15;

/** What `promtool test rules` reads. */
interface PromtoolFile {
  readonly rule_files: readonly string[];
  readonly evaluation_interval: string;
  readonly tests: readonly { readonly alert_rule_test: readonly object[]; readonly [key: string]: unknown }[];
}

/** A file for `promtool test rules` with cases that have the same step. */
export function promtoolTests(ruleFile: string, cases: readonly AlertCase[]): PromtoolFile {
  const step = single([...new Set(cases.map(stepOf))]);
  return {
    rule_files: [ruleFile],
    evaluation_interval: `${step}s`,
    tests: cases.map((one) => ({
      name: `${one.alert}: ${one.name}`,
      interval: `${step}s`,
      input_series: Object.entries(one.series).map(([metric, stretches]) => ({
        series: withLabels(metric, one),
        values: stretches.map((stretch) => notation(stretch, step)).join(" "),
      })),
      alert_rule_test: Object.entries(one.at).map(([minutes, fired]) => ({
        eval_time: `${Math.round(Number(minutes) * 60)}s`,
        alertname: one.alert,
        exp_alerts: Object.entries(fired).map(([severity, description]) =>
          expected(one, severity, description),
        ),
      })),
    })),
  };
}

/** A file in which none of a stack's alerts fires for an hour. One history for all of them. */
export function quietTests(
  ruleFile: string,
  stack: AlertCase["stack"],
  series: AlertCase["series"],
): PromtoolFile {
  const at = { 6: {}, 30: {}, 59: {} };
  const names = [...new Set(alertingRules(ALERTED_STACKS[stack]).map(({ alert }) => alert))];
  const file = promtoolTests(
    ruleFile,
    names.map((alert) => ({ name: "nothing happens", stack, alert, series, at, step: 60 })),
  );
  const alert_rule_test = file.tests.flatMap((test) => test.alert_rule_test);
  return { ...file, tests: file.tests.slice(0, 1).map((test) => ({ ...test, alert_rule_test })) };
}

export const stepOf = ({ step = DEFAULT_STEP }: AlertCase) => step;

/** The labels of the scrape configuration, as `name{label="value"}`. */
function withLabels(metric: string, { stack }: AlertCase): string {
  const [name, own = ""] = metric.replace("}", "").split("{");
  const labels = { instance: "host:9121", job: "redis", ...labelsOf(ALERTED_STACKS[stack]) };
  const others = Object.entries(labels).filter(([label]) => !own.includes(`${label}=`));
  const written = others.map(([label, value]) => `${label}="${value}"`);
  return `${name}{${[...written, ...(own === "" ? [] : [own])].join(",")}}`;
}

function notation(stretch: Stretch, step: number): string {
  const last = Math.round((stretch.minutes * 60) / step) - 1;
  if (stretch.value === undefined) {
    return `stale _x${last}`;
  }
  return `${stretch.value}+${stretch.perSecond * step}x${last}`;
}

/** The rule's own labels and annotations with the description as the case says it has to be. */
function expected(one: AlertCase, severity: string, description: string): object {
  const rule = single(
    alertingRules(ALERTED_STACKS[one.stack]).filter(
      ({ alert, labels }) => alert === one.alert && labels.severity === severity,
    ),
  );
  return {
    exp_labels: { ...rule.labels, ...one.labels },
    exp_annotations: { ...rule.annotations, description },
  };
}
