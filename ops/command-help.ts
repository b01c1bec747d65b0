import { type Command, Option } from "commander";
import { Problems } from "../core/problem";
import type { ExitCode } from "./exit-code";

/** How the parts that stand under a command's help begin. */
export const EXAMPLES = "Examples:";
export const CODES = "Exit codes:";

/** What stands before every example: where the program is for somebody in the repository's folder. */
const PROMPT = "$ bin/redis-ops ";

/** What stands under a command's help. */
export const examples = (...lines: readonly string[]) =>
  `\n${EXAMPLES}\n${lines.map((line) => `  ${PROMPT}${line}`).join("\n")}`;

/** What codes mean, where a command means something of its own by them. It stands before the examples. */
export const exitCodes = (meanings: Readonly<Partial<Record<ExitCode, string>>>) =>
  `\n${CODES}\n${Object.entries(meanings)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join("\n")}`;

export const asJson = () => new Option("--json", "print data for scripts").default(false);

/** For an option that can be given several times. */
export const repeated = (text: string, before: readonly string[] = []) => [...before, text];

/**
 * Refuses an option with a value that is given twice to a command of `program`, or to one below it: the last value would hold
 * and the first be forgotten without a word. Those read by `repeated` are meant to be given several times.
 * @throws InvalidInputError when such a command line is parsed, before the command runs
 */
export function refuseTwice(program: Command): void {
  const times = new Map<Option, number>();
  const watch = (command: Command) => {
    for (const option of command.options) {
      if ((option.required || option.optional) && option.parseArg !== repeated) {
        command.on(`option:${option.name()}`, () => times.set(option, (times.get(option) ?? 0) + 1));
      }
    }
    command.commands.forEach(watch);
  };
  watch(program);
  program.hook("preAction", () => {
    const problems = new Problems();
    for (const [{ long, flags }, count] of times) {
      if (count > 1) {
        problems.add({
          field: long ?? flags,
          got: `it ${count === 2 ? "twice" : `${count} times`}`,
          expected: "it once",
          fix: "leave out all but one, or run the command once for each",
        });
      }
    }
    problems.throwIfAny();
  });
}
