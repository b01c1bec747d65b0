import { loadStacks, selectStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { dockerEngine, engineAddress, engineProblem, isLocalEngine } from "../docker-engine";
import { type CheckResult, LEVELS } from "../doctor/check";
import { checkHost } from "../doctor/host-checks";
import { readHost } from "../doctor/read-host";
import { ExitCode } from "../exit-code";
import { loadOptions, unlistedServices } from "../load";
import { json, type Terminal, visible } from "../terminal";
import { wrapped } from "../wrapped";

/** What was found on one engine. */
interface EngineReport {
  readonly address: string;
  readonly stacks: readonly string[];
  readonly checks: readonly CheckResult[];
}

/**
 * `redis-ops doctor`: whether the hosts of these stacks, or of all, are good for Redis. It asks the engine, and starts one
 * container on each that is removed again. Exit code 1 where something blocks a deploy.
 * @throws InvalidInputError with every name that there is no stack of, or when any stack is wrong
 */
export async function doctor(
  ids: readonly string[],
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const { selected, problems } = selectStacks(loadStacks(loadOptions()), ids);
  if (problems.length > 0) {
    throw new InvalidInputError([...problems, ...unlistedServices()]);
  }
  return doctorOf(selected, options, terminal);
}

/** The same for stacks that are loaded already. */
export async function doctorOf(
  stacks: readonly ResolvedStack[],
  options: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const addressOf = ({ props }: ResolvedStack) => engineAddress(props.docker);
  const reports: readonly EngineReport[] = await Promise.all(
    [...new Set(stacks.map(addressOf))].map(async (address) => {
      const own = stacks.filter((stack) => addressOf(stack) === address);
      return { address, stacks: own.map(({ id }) => id), checks: await checksOf(own) };
    }),
  );
  const blocks = reports.some(({ checks }) => checks.some(({ level }) => level === "blocks"));
  terminal.out(options.json ? json({ blocks, engines: reports }) : reports.map(reportText).join("\n\n"));
  return blocks ? ExitCode.unhealthy : ExitCode.ok;
}

async function checksOf(stacks: readonly ResolvedStack[]): Promise<readonly CheckResult[]> {
  const docker = stacks[0]?.props.docker ?? {};
  const problem = await engineProblem(docker);
  if (problem !== undefined) {
    const { got, fix } = problem;
    return [{ check: "engine", means: "Nothing is deployed without it.", level: "blocks", saw: got, fix }];
  }
  return checkHost(await readHost(dockerEngine(docker), stacks, isLocalEngine(docker)));
}

const INDENT = 8;

/** What is as it should be takes one line each; the rest says what it means and what helps. Worst last, above the prompt. */
function reportText({ address, stacks, checks }: EngineReport): string {
  const heading = wrapped(`${visible(address)}: ${stacks.join(", ")}`, 0);
  const lines = LEVELS.flatMap((level) =>
    checks
      .filter((check) => check.level === level)
      .flatMap(({ check, saw, means, fix }) => [
        wrapped(visible(`${check}: ${saw}`), INDENT, level),
        ...(level === "ok" ? [] : [wrapped(means, INDENT)]),
        ...(level === "ok" || fix === undefined ? [] : [wrapped(`Fix: ${visible(fix)}.`, INDENT)]),
      ]),
  );
  const counts = LEVELS.map((level) => `${checks.filter((check) => check.level === level).length} ${level}`);
  return [heading, ...lines, counts.join(", ")].join("\n");
}
