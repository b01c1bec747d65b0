import type { ResolvedStack } from "../../config/resolve-stack";
import { fixForUnknownName } from "../../core/nearest";
import { type Problem, Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { parseConf } from "../backup/deployed";
import { dockerEngine } from "../docker-engine";
import type { Terminal } from "../terminal";
import { type TransitionFacts, transitionFacts } from "./facts";
import { TRANSITION_RULES } from "./rules";
import { SequenceFailed } from "./sequences";
import type { TransitionRule } from "./transition-rule";

/** A rule that a stack's next deploy breaks. */
export interface Transition {
  readonly stack: string;
  readonly rule: TransitionRule;
  readonly problem: Problem;
  /** Whether `--apply` can do the safe sequence. */
  readonly canApply: boolean;
  readonly facts: TransitionFacts;
}

/** What would lose data, or keep Redis from starting, if these stacks were deployed over what is there. Reads only. */
export async function findTransitions(
  stacks: readonly ResolvedStack[],
  template: string,
): Promise<readonly Transition[]> {
  const found: Transition[] = [];
  for (const stack of stacks) {
    const { server, exporter, docker } = stack.props;
    const text = renderRedisConf(template, server, exporter !== undefined, new Problems());
    const facts = await transitionFacts(dockerEngine(docker), stack, parseConf(text));
    if (facts !== undefined) {
      found.push(...brokenRules(facts));
    }
  }
  return found;
}

/** The rules that these facts break, with the way out of each. */
export function brokenRules(facts: TransitionFacts): readonly Transition[] {
  const { id: stack } = facts.next;
  return TRANSITION_RULES.flatMap((rule) => {
    const breach = rule.detect(facts);
    if (breach === undefined) {
      return [];
    }
    const canApply =
      rule.apply !== undefined &&
      facts.live !== undefined &&
      facts.deployed?.conf.commandName(rule.apply.needs) !== undefined;
    const fix = canApply
      ? `run bin/redis-ops preflight ${stack} --apply, which ${rule.apply?.does}`
      : breach.fix;
    return [
      {
        stack,
        rule,
        problem: {
          ...breach,
          field: `${stack} ${rule.id}`,
          fix: rule.acceptable ? `${fix}; or take it as it is by --accept ${rule.id}` : fix,
        },
        canApply,
        facts,
      },
    ];
  });
}

/** What became of safe sequences. */
export interface Applied {
  /** Those that came to their end. */
  readonly applied: readonly Transition[];
  /** Why the next one did not, with what was put back and what was not; those after it were not begun. */
  readonly failure?: string;
}

/** Does the safe sequence of each, one after the other, up to the first that fails. */
export async function applyTransitions(
  transitions: readonly Transition[],
  terminal: Terminal,
): Promise<Applied> {
  const applied: Transition[] = [];
  for (const transition of transitions) {
    const { stack, rule, facts } = transition;
    const { next, deployed } = facts;
    if (deployed === undefined) {
      continue;
    }
    terminal.err(`${stack} ${rule.id}: ${rule.apply?.does}`);
    const container = dockerEngine(next.props.docker).getContainer(next.props.server.containerName);
    try {
      await rule.apply?.run({ container, conf: deployed.conf }, facts, terminal);
    } catch (error) {
      if (error instanceof SequenceFailed) {
        return { applied, failure: `failed: ${error.message}` };
      }
      throw error;
    }
    applied.push(transition);
  }
  return { applied };
}

/** What is to be done next where the safe sequence of each was done and these rules were accepted, a line for each stack. */
export function nextSteps(
  applied: readonly Transition[],
  accepted: readonly string[] = [],
): readonly string[] {
  const accept = accepted.map((rule) => `--accept ${rule} `).join("");
  return [...new Set(applied.map(({ stack }) => stack))].map((stack) => {
    const leaves = applied.flatMap(({ stack: other, rule, facts }) =>
      other === stack ? (rule.apply?.leaves?.(facts) ?? []) : [],
    );
    return leaves.length === 0
      ? `Next: bin/up ${accept}${stack}`
      : `Next: bin/up ${accept}${stack}, now: until then ${leaves.join(", and ")}. To stay as it was: put the service's file back ` +
          `and run bin/redis-ops preflight ${stack} --apply again.`;
  });
}

/** What is wrong with the words after `--accept`. */
export function acceptProblems(accepted: readonly string[]): readonly Problem[] {
  const known = TRANSITION_RULES.filter(({ acceptable }) => acceptable).map(({ id }) => id);
  return accepted
    .filter((word) => !known.includes(word))
    .map((word) => ({
      field: "--accept",
      got: JSON.stringify(word),
      expected: `a rule that a person may decide: ${known.join(", ")}`,
      fix: TRANSITION_RULES.some(({ id, isOnlyTold }) => id === word && isOnlyTold !== true)
        ? `do what ${word} says; it is never accepted, since data would be lost without a word`
        : fixForUnknownName(word, known),
    }));
}
