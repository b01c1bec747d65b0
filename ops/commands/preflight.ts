import { formatFinding, isTold } from "../../config/check-gates";
import { readStacks, selectStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { dockerEngine, engineAddress, engineProblem } from "../docker-engine";
import { ExitCode } from "../exit-code";
import { loadOptions, unlistedServices } from "../load";
import { secretProblems, secretStates } from "../stack-secrets";
import { json, type Terminal } from "../terminal";
import { terraformProblem } from "../terraform";

/**
 * `redis-ops preflight`: everything that would stop a deploy, in one run, before anything is changed:
 * names, configuration, gates, template, Terraform, Docker, secrets. Reads only. `docker: false` leaves out the last two,
 * `secrets: false` the last. Gates that only warn, and waivers, are told on stderr.
 * @throws InvalidInputError with every problem
 */
export async function preflight(
  ids: readonly string[],
  options: { readonly json: boolean; readonly docker: boolean; readonly secrets: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const { stacks, problems: configuration, findings } = readStacks(loadOptions());
  const { selected, problems: unknown } = selectStacks(stacks, ids, configuration);
  const terraform = await terraformProblem();
  const problems = [
    ...unknown,
    ...configuration,
    ...unlistedServices(),
    ...(terraform === undefined ? [] : [terraform]),
    // A stack whose values are wrong has no secrets to look for.
    ...(options.docker ? await engineProblems(selected, options.secrets && configuration.length === 0) : []),
  ];
  if (options.json) {
    terminal.out(json({ stacks: selected.map(({ id }) => id), problems }));
    return problems.length === 0 ? ExitCode.ok : ExitCode.invalidInput;
  }
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  for (const finding of findings.filter(isTold)) {
    if (selected.some(({ id }) => id === finding.stack)) {
      terminal.err(formatFinding(finding));
    }
  }
  terminal.out(`ready to deploy ${selected.map(({ id }) => id).join(", ")}`);
  return ExitCode.ok;
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
