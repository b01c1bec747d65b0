import { Option } from "commander";
import type { ExitCode } from "./exit-code";

/** How the parts that stand under a command's help begin. */
export const EXAMPLES = "Examples:";
export const CODES = "Exit codes:";

/** What stands before every example: where the program is for somebody in the repository's folder. */
export const PROMPT = "$ bin/redis-ops ";

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
