import { Option } from "commander";

/** What stands under a command's help. */
export const examples = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ bin/redis-ops ${line}`).join("\n")}`;

export const asJson = () => new Option("--json", "print data for scripts").default(false);

/** For an option that can be given several times. */
export const repeated = (text: string, before: readonly string[] = []) => [...before, text];
