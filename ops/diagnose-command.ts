import { type Command, Option } from "commander";
import { InvalidInputError } from "../core/problem";
import { RUNBOOKS, type Runbook } from "../core/runbooks";
import { asJson, examples } from "./command-help";
import { diagnose, diagnoseList } from "./commands/diagnose";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import type { Terminal } from "./terminal";

interface DiagnoseFlags {
  readonly incident?: Runbook;
  readonly list: boolean;
  readonly json: boolean;
}

/** `redis-ops diagnose`. */
export function addDiagnose(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("diagnose [stack]")
    .description("find what is wrong with a stack, the cause first, and say the next safe step")
    .addOption(
      new Option("--incident <name>", "take the steps of one procedure, and print each").choices(RUNBOOKS),
    )
    .addOption(new Option("--list", "list the procedures").default(false).conflicts("incident"))
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nChanges nothing. The same procedures are for reading in docs/runbooks.\n${examples(
        "diagnose sentra-portal-prod",
        "diagnose dev-cache-dev --incident disk-full",
        "diagnose --list",
      )}`,
    )
    .action(async (id: string | undefined, { list, ...options }: DiagnoseFlags) => {
      if (list) {
        finish(diagnoseList(options, terminal));
        return;
      }
      if (id === undefined) {
        throw new InvalidInputError([
          {
            field: "stack",
            got: "none",
            expected: "the name of a stack, or --list",
            fix: "run bin/redis-ops stacks, which lists them",
          },
        ]);
      }
      finish(await diagnose(loadStack(id), options, terminal));
    });
}
