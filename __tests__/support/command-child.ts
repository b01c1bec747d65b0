// A command of `redis-ops` on a service that no file of config/services has. Usage: command-child.ts SERVICE_JSON. Says
// `ready` on stderr when all its code is loaded, and runs the order, a CommandOrder as JSON, when it gets a line of input.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { loadStacks } from "../../config/load-stacks";
import { InvalidInputError } from "../../core/problem";
import type { CreateOptions } from "../../ops/backup/create-backup";
import { backupCreate } from "../../ops/commands/backup-create";
import { restore } from "../../ops/commands/restore";
import { ExitCode } from "../../ops/exit-code";
import type { RestoreOptions } from "../../ops/restore/restore-problems";
import { processTerminal } from "../../ops/terminal";
import { LAB_ENGINE } from "./scratch";
import { single, template, today } from "./stack-fixtures";

export type CommandOrder =
  | { readonly command: "backup create"; readonly options: CreateOptions & { readonly json: boolean } }
  | { readonly command: "restore"; readonly options: RestoreOptions };

async function main(file: string): Promise<void> {
  const service = JSON.parse(readFileSync(file, "utf8"));
  const stack = single(loadStacks({ template, today, engine: LAB_ENGINE, services: [service] }));
  // As ops/main.ts: until the command has ended.
  process.exitCode = ExitCode.unhealthy;
  processTerminal.err("ready");
  const [line] = await once(createInterface({ input: process.stdin }), "line");
  process.stdin.destroy();
  const order: CommandOrder = JSON.parse(line);
  try {
    process.exitCode =
      order.command === "restore"
        ? await restore(stack, stack, order.options, processTerminal)
        : await backupCreate(stack, order.options, processTerminal);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) {
      throw error;
    }
    processTerminal.err(error.message);
    process.exitCode = ExitCode.invalidInput;
  }
}

if (require.main === module) {
  void main(process.argv[2] ?? "");
}
