import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Prometheus } from "../../lab/dashboards/prometheus";
import type { TestStack } from "./test-stack";

const TEXTS = z.record(z.string(), z.string());
const ALERTS = z.object({
  alerts: z.array(z.object({ labels: TEXTS, annotations: TEXTS, state: z.string() })),
});
const RULES = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
    }),
  ),
});

export type ActiveAlert = z.infer<typeof ALERTS>["alerts"][number];

/** Something that is done to a stack, and what is told because of it. */
export interface AlertTrial {
  readonly what: string;
  /** Does it. Returns what mends it. */
  readonly provoke: (stack: TestStack) => Promise<() => Promise<unknown>>;
  /** What has to fire, as `RedisDown critical`. */
  readonly fires: readonly string[];
  /** What may fire besides, since one thing leads to another. Nothing else may. */
  readonly besides?: readonly string[];
}

/** What became of one alert of a trial. Seconds from the beginning of the deed, and from that of its mending. */
export interface AlertOutcome {
  readonly stack: ResolvedStack;
  readonly what: string;
  readonly alert: string;
  readonly firedAfter: number | undefined;
  readonly resolvedAfter: number | undefined;
  readonly active: ActiveAlert | undefined;
  /** What fired at the same time, and was not to. */
  readonly others: readonly string[];
}

const POLL_MS = 200;

/** `RedisDown critical`; a stack has each name at most once at each severity, but for a backup's reasons. */
export const named = ({ labels }: Pick<ActiveAlert, "labels">) => `${labels.alertname} ${labels.severity}`;

async function ask<T>({ url }: Prometheus, path: string, shape: z.ZodType<T>): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`);
  return z.object({ data: shape }).parse(await response.json()).data;
}

export async function firing(prometheus: Prometheus, { id }: ResolvedStack): Promise<readonly ActiveAlert[]> {
  const { alerts } = await ask(prometheus, "alerts", ALERTS);
  return alerts.filter(({ state, labels }) => state === "firing" && labels.stack === id);
}

/** How many rules were evaluated, and those that could not be. */
export async function ruleHealth(prometheus: Prometheus) {
  const { groups } = await ask(prometheus, "rules", RULES);
  const rules = groups.flatMap((group) => group.rules);
  return {
    good: rules.filter(({ health }) => health === "ok").length,
    bad: rules.filter(({ health }) => health !== "ok").map(({ name, lastError }) => `${name}: ${lastError}`),
  };
}

/** Alerts of a stack that were in a state at any time since then. */
export async function wereSince(
  prometheus: Prometheus,
  { id }: ResolvedStack,
  state: "pending" | "firing",
  from: number,
): Promise<readonly string[]> {
  const selector = `ALERTS{stack="${id}",alertstate="${state}"}`;
  const series = await prometheus.range(selector, { from, to: Date.now() / 1000, step: 1 });
  return [...new Set(series.map(({ metric }) => named({ labels: metric })))].sort();
}

/** Does one thing after the other, each when the one before is mended and nothing fires any more. */
export async function runTrials(
  prometheus: Prometheus,
  stack: TestStack,
  trials: readonly AlertTrial[],
  seconds: number,
): Promise<readonly AlertOutcome[]> {
  const outcomes: AlertOutcome[] = [];
  for (const trial of trials) {
    outcomes.push(...(await runTrial(prometheus, stack, trial, seconds)));
  }
  return outcomes;
}

async function runTrial(
  prometheus: Prometheus,
  stack: TestStack,
  { what, provoke, fires, besides = [] }: AlertTrial,
  seconds: number,
): Promise<readonly AlertOutcome[]> {
  const seen = new Map<string, { readonly after: number; readonly active: ActiveAlert }>();
  const gone = new Map<string, number>();
  const begun = Date.now();
  const mend = await provoke(stack);
  await until(seconds, async () => {
    for (const active of await firing(prometheus, stack.resolved)) {
      const name = named(active);
      seen.set(name, seen.get(name) ?? { after: since(begun), active });
    }
    return fires.every((name) => seen.has(name));
  });
  const mending = Date.now();
  await mend();
  await until(seconds, async () => {
    const still = (await firing(prometheus, stack.resolved)).map(named);
    for (const name of [...seen.keys()].filter((one) => !still.includes(one) && !gone.has(one))) {
      gone.set(name, since(mending));
    }
    return still.length === 0;
  });
  const others = [...seen.keys()].filter((name) => ![...fires, ...besides].includes(name));
  return fires.map((alert) => ({
    stack: stack.resolved,
    what,
    alert,
    firedAfter: seen.get(alert)?.after,
    resolvedAfter: gone.get(alert),
    active: seen.get(alert)?.active,
    others,
  }));
}

const since = (begun: number) => Math.round((Date.now() - begun) / 100) / 10;

async function until(seconds: number, isSo: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await isSo()) && Date.now() < end; ) {
    await sleep(POLL_MS);
  }
}

/** What mends what is over by itself. */
export const nothing = async () => undefined;
