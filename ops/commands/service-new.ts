import { relative } from "node:path";
import { readStacks } from "../../config/load-stacks";
import { services } from "../../config/services";
import { InvalidInputError, type Problem, Problems } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { loadOptions } from "../load";
import { consequences, serviceAsData } from "../service-consequences";
import { environmentsOf, type ServiceDraft, type Trial, tryOut } from "../service-draft";
import { serviceFile } from "../service-file";
import { readFlags, type ServiceFlags } from "../service-flags";
import { newFiles, SERVICES_FOLDER, writeFiles } from "../service-writer";
import { json, type Terminal } from "../terminal";

export interface ServiceNewOptions extends ServiceFlags {
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/**
 * `redis-ops service new`: asks what a new service stores and how much, and writes its file and its line in the list of
 * services. What a flag says is not asked for. With `yes` nothing is, and suggestions fill the rest. Both files are
 * written, or neither: exit code 2 also after Ctrl-C and after a no.
 * @throws InvalidInputError with everything that refuses the service
 */
export async function serviceNew(
  name: string,
  options: ServiceNewOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  refuseWhatIsBroken();
  const problems = new Problems();
  const flags = readFlags(name, options, problems);
  const isAsking = !options.yes && !options.json && process.stdin.isTTY && process.stdout.isTTY;
  const found = [
    ...nameProblems(name),
    ...(isAsking ? [] : missingFlags(flags, options)),
    ...trialProblems(flags),
  ];
  for (const problem of found) {
    problems.add(problem);
  }
  problems.throwIfAny();
  return isAsking ? ask(flags, options, terminal) : finish(tryOut(flags), options, terminal);
}

async function ask(flags: ServiceDraft, options: ServiceNewOptions, terminal: Terminal): Promise<ExitCode> {
  // Loaded where it is used: 50 ms that no other command has to wait for.
  const { askForRest, askToWrite }: typeof import("../service-questions") = require("../service-questions");
  const dialogue = { input: process.stdin, output: process.stdout };
  try {
    const trial = tryOut(await askForRest(flags, dialogue));
    return await finish(trial, options, terminal, (path) => askToWrite(path, dialogue));
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") {
      terminal.err("\nnothing was written");
      return ExitCode.invalidInput;
    }
    throw error;
  }
}

/** Shows what comes out of the service, and writes it where `mayWrite` says yes. */
async function finish(
  trial: Trial,
  options: ServiceNewOptions,
  terminal: Terminal,
  mayWrite: (path: string) => Promise<boolean> = async () => true,
): Promise<ExitCode> {
  const { service, problems } = trial;
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
  const files = newFiles(SERVICES_FOLDER, service.name, serviceFile(service));
  const [path, index] = [files.service.path, files.index.path].map((file) => relative(process.cwd(), file));
  const report = (text: string, isWritten: boolean) =>
    terminal.out(
      options.json
        ? json({
            ...serviceAsData(trial),
            files: [path, index],
            text: files.service.text,
            written: isWritten,
          })
        : text,
    );
  if (!options.json) {
    terminal.err(`${consequences(trial)}\n`);
  }
  if (options.dryRun) {
    report(files.service.text.trimEnd(), false);
    return ExitCode.ok;
  }
  if (!(await mayWrite(`${path}`))) {
    terminal.err("nothing was written");
    return ExitCode.invalidInput;
  }
  writeFiles(files);
  report(`made ${path}, and added it to ${index}`, true);
  if (!options.json) {
    for (const step of nextSteps(trial)) {
      terminal.err(`Next: ${step}`);
    }
  }
  return ExitCode.ok;
}

function nextSteps({ stacks }: Trial): readonly string[] {
  const [first = ""] = stacks.map(({ id }) => id);
  return [
    `bin/redis-ops preflight ${first}`,
    `bin/plan ${first}, and bin/up ${first} when it is right`,
    "npm run snapshots, read what is new in them, and commit it with the service",
  ];
}

/** A new service cannot be checked beside others that are refused. */
function refuseWhatIsBroken(): void {
  const { problems } = readStacks({ ...loadOptions(), engine: undefined });
  if (problems.length > 0) {
    throw new InvalidInputError(
      problems.map((problem) => ({ ...problem, fix: `${problem.fix}, before a service is added` })),
    );
  }
}

function nameProblems(name: string): readonly Problem[] {
  if (services.some((service) => service.name === name)) {
    return [
      {
        field: "name",
        got: JSON.stringify(name),
        expected: "a name that no service has",
        fix: `choose another name, or edit config/services/${name}.ts`,
      },
    ];
  }
  try {
    newFiles(SERVICES_FOLDER, name, "");
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.problems;
    }
    throw error;
  }
}

/** What refuses the service; of a name that cannot be used, not also every name that is made of it. */
function trialProblems(flags: ServiceDraft): readonly Problem[] {
  const { problems } = tryOut(flags);
  const isRefused = problems.some(({ field }) => field === `service ${JSON.stringify(flags.name)}.name`);
  return isRefused
    ? problems.filter(({ field }) => !/\.(container|network|dataVolume)Name$/.test(field))
    : problems;
}

/** Flags that nothing can be suggested for. */
function missingFlags(
  draft: ServiceDraft,
  { yes, json: isJson, ...flags }: ServiceNewOptions,
): readonly Problem[] {
  const example = {
    description: '--description "Baskets of the shop"',
    store: "--store sessions",
    maxmemory: "--maxmemory 256MiB",
  };
  const missing = (flag: keyof typeof example, expected: string): Problem => ({
    field: `--${flag}`,
    got: "nothing",
    expected,
    fix: `write ${example[flag]}`,
  });
  const hasSizes = environmentsOf(draft).every((name) => draft.environments[name]?.maxmemory !== undefined);
  return [
    ...(yes
      ? []
      : [
          {
            field: "--yes",
            got: isJson ? "--json alone" : "no terminal to ask on",
            expected: "--yes, and a flag for everything that has no suggestion",
            fix: `write bin/redis-ops service new ${draft.name} --yes ${Object.values(example).join(" ")}`,
          },
        ]),
    ...(flags.description === undefined
      ? [missing("description", "one line that says what the service is and what it keeps")]
      : []),
    ...(flags.store === undefined ? [missing("store", "what it stores, a --store for each kind")] : []),
    ...(flags.maxmemory === undefined && !hasSizes
      ? [missing("maxmemory", "how much data it may keep, or a maxmemory in each --environment")]
      : []),
  ];
}
