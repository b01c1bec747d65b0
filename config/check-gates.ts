import { formatProblem, type Problem, type Problems } from "../core/problem";
import type { WaiverProps } from "../core/redis-stack-props";
import { gates } from "./gates";
import { type Gate, isOfEnvironment } from "./gates/gate";
import { acceptedWaivers } from "./gates/waivers";
import type { ResolvedStack } from "./resolve-stack";

/** One place in which a stack breaks a gate, and what follows. */
export interface Finding extends Problem {
  /** Id of the gate. */
  readonly gate: string;
  /** Id of the stack. */
  readonly stack: string;
  readonly severity: Gate["severity"];
  /** `refused`: nothing is made. `warning`: somebody is told. `waived`: somebody decided it, and until when. */
  readonly status: "refused" | "warning" | "waived";
  /** Whether the environment's own file decides it, in an environment that only warns. See `isTold`. */
  readonly isPolicy: boolean;
  /** The waiver that allows it. */
  readonly waiver?: WaiverProps;
}

/**
 * What the stacks break on the day `today`; what is refused is noted under `problems`. A field that is refused already is
 * not looked at again. A waiver that is refused waives nothing.
 */
export function checkGates(
  stacks: readonly ResolvedStack[],
  today: string,
  problems: Problems,
): readonly Finding[] {
  const findings = stacks
    .flatMap((stack) => findingsOf(stack, today))
    .filter(({ field }) => !problems.has(field));
  for (const finding of findings.filter(({ status }) => status === "refused")) {
    problems.add(problemOf(finding));
  }
  return findings;
}

function findingsOf(stack: ResolvedStack, today: string): readonly Finding[] {
  const waivers = acceptedWaivers(stack, gates, today);
  return gates.flatMap((gate) => {
    const waiver = waivers.find(({ rule }) => rule === gate.id);
    return gate.broken(stack, today).map(
      (breach): Finding => ({
        gate: gate.id,
        stack: stack.id,
        severity: gate.severity,
        status: waiver === undefined ? statusOf(gate, stack) : "waived",
        isPolicy: stack.environment.gates === "warn" && isOfEnvironment(breach.field),
        fix: gate.fix,
        ...breach,
        ...(waiver === undefined ? {} : { waiver }),
      }),
    );
  });
}

function statusOf({ severity, waivable }: Gate, { environment }: ResolvedStack): Finding["status"] {
  const isRefused = severity === "error" && (waivable === false || environment.gates === "refuse");
  return isRefused ? "refused" : "warning";
}

/** What is refused, as every problem is told, with the way to waive it. */
export function problemOf({ gate, stack, field, got, expected, fix }: Finding): Problem {
  const isWaivable = gates.find(({ id }) => id === gate)?.waivable !== false;
  return {
    field,
    got,
    expected,
    fix: isWaivable ? `${fix} (rule ${gate} for ${stack}; a waiver needs rule, reason and expires)` : fix,
  };
}

/**
 * Whether it is said at every synth. Not what an environment's own file decides where it only warns: that development has
 * no password is meant, and a line that is always there is not read. `redis-ops gates` shows that as well.
 */
export function isTold({ status, isPolicy }: Finding): boolean {
  return status === "waived" || (status === "warning" && !isPolicy);
}

/** A finding in one line, for people. */
export function formatFinding(finding: Finding): string {
  const { gate, stack, status, waiver } = finding;
  return waiver === undefined
    ? `${stack}: ${status}: ${gate}: ${formatProblem(finding)}`
    : `${stack}: waived until ${waiver.expires}: ${gate}: ${waiver.reason.trim()}`;
}
