import type { Command } from "commander";
import { asJson, examples, exitCodes, repeated } from "./command-help";
import { restore } from "./commands/restore";
import type { ExitCode } from "./exit-code";
import { loadNamedStacks, loadStack } from "./load";
import type { RestoreOptions } from "./restore/restore-problems";
import type { Terminal } from "./terminal";

type Flags = Omit<RestoreOptions, "match">;

/** `redis-ops restore`. */
export function addRestore(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  program
    .command("restore <stack>")
    .description(
      "make a backup the data of a stack; it is checked before, and what was there is kept in the volume",
    )
    .option("--from <backup>", "id of a backup, its beginning, or latest")
    .option(
      "--at <where>",
      "where to look: a directory, volume:NAME or s3://BUCKET/PREFIX (default: where the stack's backups are)",
    )
    .option("--of <stack>", "take the backup of another stack")
    .option(
      "--match <pattern>",
      "take only keys that match, once for each pattern, as KEYS takes it",
      repeated,
    )
    .option(
      "--time <moment>",
      "leave out what was written later; from an append-only set, back to its last rewrite",
    )
    .option("--identity <file>", "secret key of age that opens an encrypted backup")
    .option(
      "--undo",
      "make what the newest restore kept, only that, the data again, and keep the data of now",
      false,
    )
    .option("--empty", "start with no data, and keep the data of now", false)
    .option(
      "--repair",
      "cut off what is torn at the end of the append-only file, and keep it as it was",
      false,
    )
    .option(
      "--discard",
      "list and remove what earlier restores kept, and what preflight --apply moved aside",
      false,
    )
    .option("--yes", "do not ask", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      `${exitCodes({
        1: "it was begun and not done; the data is the one of before",
        2: "the same as ever; without a terminal and without --yes, what it would do was shown",
      })}\n${examples(
        "restore sentra-portal-prod --from latest",
        "restore vedfolnir-dev --of vedfolnir-prod --from latest --match 'vedfolnir:session:*'",
        "restore sentra-portal-prod --undo",
        "restore dev-cache-dev --empty --yes",
        "restore sentra-portal-prod --repair",
      )}`,
    )
    .action(
      async (id: string, { match = [], ...options }: Flags & Partial<Pick<RestoreOptions, "match">>) => {
        const [stack = loadStack(id), of = stack] = loadNamedStacks(id, options.of ?? id);
        finish(await restore(stack, of, { ...options, match }, terminal));
      },
    );
}
