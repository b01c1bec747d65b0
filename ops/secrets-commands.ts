import type { Command } from "commander";
import { asJson, examples, exitCodes } from "./command-help";
import { secretsImport, secretsInit, secretsStatus } from "./commands/secrets";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import type { Terminal } from "./terminal";

export function addSecrets(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const secrets = program
    .command("secrets")
    .description("the passwords of a stack: files in Docker volumes, never in Terraform");
  secrets
    .command("init <stack>")
    .description("make the secrets that are missing; those that are there stay")
    .addOption(asJson())
    .addHelpText("after", examples("secrets init sentra-portal-prod"))
    .action(async (id: string, options) => finish(await secretsInit(loadStack(id), options, terminal)));
  secrets
    .command("import <stack>")
    .description("take the password that clients already use from a file, and make the other secrets")
    .requiredOption("--from <file>", "file with the password alone; - for standard input")
    .option("--replace", "replace another password that is already there", false)
    .addOption(asJson())
    .addHelpText("after", examples("secrets import sentra-portal-prod --from ./secrets/redis_password.txt"))
    .action(async (id: string, options: { from: string; replace: boolean; json: boolean }) =>
      finish(await secretsImport(loadStack(id), options, terminal)),
    );
  secrets
    .command("status <stack>")
    .description("which secrets are there; prints none of them")
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({ 1: "a secret is missing, or cannot be used" })}\n${examples("secrets status sentra-portal-prod")}`,
    )
    .action(async (id: string, options) => finish(await secretsStatus(loadStack(id), options, terminal)));
}
