import type { ResolvedStack } from "../../config/resolve-stack";
import { fixForUnknownName } from "../../core/nearest";
import { type Problem, Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import { parseConf } from "../backup/deployed";
import { dockerEngine } from "../docker-engine";
import type { Terminal } from "../terminal";
import { type TransitionFacts, transitionFacts } from "./facts";
import { TRANSITION_RULES } from "./rules";
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

/**
 * Does the safe sequence of each, one after the other.
 * @throws SequenceFailed where one did not come to its end, with what was put back and what was not
 */
export async function applyTransitions(
  transitions: readonly Transition[],
  terminal: Terminal,
): Promise<void> {
  for (const { stack, rule, facts } of transitions) {
    const { next, deployed } = facts;
    if (deployed === undefined) {
      continue;
    }
    terminal.err(`${stack} ${rule.id}: ${rule.apply?.does}`);
    const container = dockerEngine(next.props.docker).getContainer(next.props.server.containerName);
    await rule.apply?.run({ container, conf: deployed.conf }, facts, terminal);
  }
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
      fix: TRANSITION_RULES.some(({ id }) => id === word)
        ? `do what ${word} says; it is never accepted, since data would be lost without a word`
        : fixForUnknownName(word, known),
    }));
}
