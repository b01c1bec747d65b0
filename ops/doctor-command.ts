import type { Command } from "commander";
import { asJson, examples } from "./command-help";
import { doctor } from "./commands/doctor";
import type { ExitCode } from "./exit-code";
import type { Terminal } from "./terminal";

const NOTES = `
It only informs: preflight decides whether a deploy goes on. The engine is asked, and one container of the stacks' own
image looks at the host from inside, and is removed again, so that it works for engines on other machines, too.
Exit code 1: something blocks a deploy.`;

/** `redis-ops doctor`. */
export function addDoctor(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("doctor [stacks...]")
    .description("tell whether the hosts of these stacks, or of all, are good for Redis, and what to change")
    .addOption(asJson())
    .addHelpText("after", `${NOTES}\n${examples("doctor", "doctor sentra-portal-prod", "doctor --json")}`)
    .action(async (ids: string[], options: { json: boolean }) =>
      finish(await doctor(ids, options, terminal)),
    );
}
