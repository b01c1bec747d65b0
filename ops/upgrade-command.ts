import type { Command } from "commander";
import { examples, exitCodes, repeated } from "./command-help";
import { upgrade } from "./commands/upgrade";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import type { Terminal } from "./terminal";

const STEPS = `
Takes a backup, has the new engine load it, and only then writes the engine in the service's file and deploys it with
bin/up.`;

/** `redis-ops upgrade`: moves a stack to a newer engine. */
export function addUpgrade(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("upgrade <stack>")
    .description("move a stack to a newer engine, after a backup and a rehearsal with it")
    .requiredOption("--to <engine>", "a row of config/engines.ts")
    .option("--at <where>", "where the backup goes, instead of where the stack says")
    .option("--recipient <key>", "encrypt the backup for this public key of age; once for each", repeated, [])
    .option("--identity <file>", "file with the secret key of one recipient, for the rehearsal")
    .option("--yes", "do not ask", false)
    .addHelpText(
      "after",
      `${STEPS}\n${exitCodes({
        1: "nothing was changed, or what is to be done is said",
        2: "the same as ever, and a no to the question",
      })}\n${examples(
        "upgrade dev-cache-dev --to redis-7.4",
        "upgrade sentra-portal-prod --to redis-7.4 --at s3://backups/redis --yes",
      )}`,
    )
    .action(async (id: string, { recipient, ...options }) =>
      finish(await upgrade(loadStack(id), { ...options, recipients: recipient }, terminal)),
    );
}
