import { explains } from "./explanations";
import type { Facts } from "./facts";
import type { Incident, Outcome, Seen, Severity, Step } from "./incident";
import { INCIDENTS } from "./incidents";

/** A step that was taken, and what it saw. */
export interface Taken {
  readonly incident: Incident;
  readonly step: Step;
  readonly seen: Seen;
}

/** A step that saw something that is not as it should be. */
export interface Finding extends Taken {
  /** `INCIDENT/OUTCOME`. */
  readonly id: string;
  readonly outcome: Outcome;
  /** The finding that explains this one; undefined: this is a cause. */
  readonly because?: Finding;
}

const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, note: 2 };

/** Takes every step of these procedures, in their order. */
export function takeSteps(facts: Facts, incidents: readonly Incident[] = INCIDENTS): readonly Taken[] {
  return incidents.flatMap((incident) =>
    incident.steps.map((step) => ({ incident, step, seen: step.judge(facts) })),
  );
}

/** What is not as it should be: causes before what they explain, then the worst first, notes last. */
export function findingsOf(taken: readonly Taken[]): readonly Finding[] {
  const found = taken.flatMap((one): readonly Finding[] => {
    const outcome = one.step.outcomes[one.seen.outcome];
    return outcome === undefined ? [] : [{ ...one, id: `${one.incident.name}/${one.seen.outcome}`, outcome }];
  });
  const sorted = [...found].sort((one, other) => RANK[one.outcome.severity] - RANK[other.outcome.severity]);
  const explained = sorted.map((finding) => {
    const because = sorted.find(({ id }) => explains(id, finding.id));
    return because === undefined ? finding : { ...finding, because };
  });
  const order = ({ because, outcome }: Finding) =>
    outcome.severity === "note" ? 2 : because === undefined ? 0 : 1;
  return explained.sort((one, other) => order(one) - order(other));
}
