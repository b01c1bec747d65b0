import { formatFinding, isTold } from "../../config/check-gates";
import { readStacks, selectStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { formatProblem, InvalidInputError, type Problem } from "../../core/problem";
import { dockerEngine, engineAddress, engineProblem } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { loadOptions, unlistedServices } from "../load";
import { secretProblems, secretStates } from "../stack-secrets";
import { json, type Terminal } from "../terminal";
import { terraformProblem } from "../terraform";
import {
  acceptProblems,
  applyTransitions,
  findTransitions,
  nextSteps,
  type Transition,
} from "../transition/transitions";

export interface PreflightOptions {
  readonly json: boolean;
  /** Whether to look at the Docker engine, and so at what is on it. */
  readonly docker: boolean;
  /** Whether to look for the secrets. */
  readonly secrets: boolean;
  /** Whether to compare with the servers that run, and with their data. */
  readonly data: boolean;
  /** Whether to do the safe sequence of what would lose data, where there is one. */
  readonly apply: boolean;
  /** Rules about data that somebody has decided. */
  readonly accept: readonly string[];
}

/**
 * `redis-ops preflight`: everything that would stop a deploy, in one run, before anything is changed: names,
 * configuration, gates, template, Terraform, Docker, secrets, and what the deploy would do to the data that is there.
 * Reads only, without `apply`. Gates that only warn, waivers and what was accepted are told on stderr.
 * @throws InvalidInputError with every problem, where nothing was changed
 */
export async function preflight(
  ids: readonly string[],
  options: PreflightOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const load = loadOptions();
  const { stacks, problems: configuration, findings } = readStacks(load);
  const { selected, problems: unknown } = selectStacks(stacks, ids, configuration);
  const terraform = await terraformProblem();
  // A stack whose values are wrong has no secrets to look for, and nothing to compare with.
  const isReadable = configuration.length === 0;
  const engine = options.docker ? await engineProblems(selected, options.secrets && isReadable) : [];
  const look = async () =>
    options.docker && options.data && isReadable && !engine.some(({ field }) => field === "docker")
      ? findTransitions(selected, load.template)
      : [];
  const isAccepted = ({ rule }: Transition) => options.accept.includes(rule.id);
  const isOpen = (found: Transition) => !isAccepted(found) && found.rule.isOnlyTold !== true;
  let transitions = await look();
  const others = [
    ...acceptProblems(options.accept),
    ...unknown,
    ...configuration,
    ...unlistedServices(),
    ...(terraform === undefined ? [] : [terraform]),
    ...engine,
  ];
  const open = transitions.filter(isOpen);
  const toApply = options.apply && others.length === 0 && open.every(({ canApply }) => canApply) ? open : [];
  const { applied, failure } = await applyTransitions(toApply, terminal);
  if (toApply.length > 0) {
    transitions = await look();
  }
  const problems = [...others, ...transitions.filter(isOpen).map(({ problem }) => problem)];
  const isReady = problems.length === 0 && failure === undefined;
  const exitCode = isReady ? ExitCode.ok : toApply.length > 0 ? ExitCode.unhealthy : ExitCode.invalidInput;
  if (options.json) {
    terminal.out(
      json({
        stacks: selected.map(({ id }) => id),
        problems,
        transitions: transitions.map((transition) => ({
          stack: transition.stack,
          rule: transition.rule.id,
          protectsFrom: transition.rule.protectsFrom,
          problem: transition.problem,
          accepted: isAccepted(transition),
          canApply: transition.canApply,
        })),
        ...(options.apply
          ? {
              applied: applied.map(({ stack, rule }) => ({ stack, rule: rule.id })),
              next: nextSteps(applied, options.accept),
              ...(failure === undefined ? {} : { failure }),
            }
          : {}),
      }),
    );
    return exitCode;
  }
  for (const { problem } of transitions.filter(({ rule }) => rule.isOnlyTold)) {
    terminal.err(formatProblem(problem));
  }
  if (!isReady && toApply.length === 0) {
    throw new InvalidInputError(problems);
  }
  if (!isReady) {
    for (const text of [
      ...(failure === undefined ? [] : [failure]),
      ...problems.map(formatProblem),
      ...nextSteps(applied, options.accept),
    ]) {
      terminal.err(text);
    }
    terminal.err(`Next: mend what is said above, then bin/redis-ops preflight ${ids.join(" ")} --apply`);
    return exitCode;
  }
  for (const finding of findings.filter(isTold)) {
    if (selected.some(({ id }) => id === finding.stack)) {
      terminal.err(formatFinding(finding));
    }
  }
  for (const { stack, rule, problem } of transitions.filter(isAccepted)) {
    terminal.err(`${stack} ${rule.id}: accepted: got ${problem.got}. ${rule.protectsFrom}`);
  }
  terminal.out(`ready to deploy ${selected.map(({ id }) => id).join(", ")}`);
  for (const step of nextSteps(applied, options.accept)) {
    terminal.err(step);
  }
  return exitCode;
}

async function engineProblems(
  stacks: readonly ResolvedStack[],
  withSecrets: boolean,
): Promise<readonly Problem[]> {
  const engines = new Map(stacks.map(({ props }) => [engineAddress(props.docker), props.docker]));
  const problems: Problem[] = [];
  for (const [address, docker] of engines.size === 0 ? [[engineAddress({}), {}] as const] : engines) {
    const problem = await engineProblem(docker);
    if (problem !== undefined) {
      problems.push(problem);
    } else if (withSecrets) {
      for (const { id, props } of stacks.filter((stack) => engineAddress(stack.props.docker) === address)) {
        problems.push(...secretProblems(id, await secretStates(dockerEngine(docker), props)));
      }
    }
  }
  return problems;
}
