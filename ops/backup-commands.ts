import { type Command, Option } from "commander";
import { asJson, examples, exitCodes, repeated } from "./command-help";
import { backupCopy } from "./commands/backup-copy";
import { backupCreate } from "./commands/backup-create";
import { backupDrill } from "./commands/backup-drill";
import { backupImport } from "./commands/backup-import";
import { backupList } from "./commands/backup-list";
import { backupPrune } from "./commands/backup-prune";
import { backupVerify } from "./commands/backup-verify";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import type { Terminal } from "./terminal";

const PLACES = `
Where: a directory (from the repository's folder), volume:NAME, or s3://BUCKET/PREFIX. Credentials, region and
endpoint of S3 come from AWS' own environment variables. Left out: where the stack's environment says; what reads
looks in the volume of the stack's schedule as well.`;

/** `redis-ops backup …`: copies of the data outside its volume. */
export function addBackup(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const backup = program.command("backup").description("copies of a stack's data outside its volume");
  const at = () => new Option("--at <where>", "where backups lie, instead of where the stack says");
  const compression = () =>
    new Option("--compression <how>", "how to compress").choices(["zstd", "none"]).default("zstd");
  const recipient = () =>
    new Option("--recipient <key>", "encrypt for this public key of age; once for each")
      .argParser(repeated)
      .default([]);
  backup
    .command("create <stack>")
    .description("take a consistent copy of all data from the running server, and verify it")
    .addOption(at())
    .addOption(
      new Option("--kind <kind>", "rdb: a snapshot; aof: the append-only set, for points in time")
        .choices(["rdb", "aof"])
        .default("rdb"),
    )
    .addOption(compression())
    .addOption(recipient())
    .addOption(asJson())
    .addHelpText(
      "after",
      `${PLACES}\n${examples(
        "backup create dev-cache-dev",
        "backup create sentra-portal-prod --at s3://backups/redis --recipient age1…",
      )}`,
    )
    .action(async (id: string, { recipient, ...options }) =>
      finish(await backupCreate(loadStack(id), { ...options, recipients: recipient }, terminal)),
    );
  backup
    .command("list <stack>")
    .description("list the backups of a stack; exit code 1 where the newest is too old, or there is none")
    .addOption(at())
    .addOption(asJson())
    .addHelpText(
      "after",
      `${PLACES}\n${exitCodes({ 1: "the newest is too old, or there is none, or a place could not be read" })}\n${examples("backup list sentra-portal-prod")}`,
    )
    .action(async (id: string, options) => finish(await backupList(loadStack(id), options, terminal)));
  backup
    .command("verify <stack>")
    .description("read a backup whole: checksums, the engine's own check, number of keys")
    .option("--id <id>", "an id, the beginning of one, latest or all", "latest")
    .addOption(at())
    .option("--identity <file>", "file with the secret key of age, for encrypted ones")
    .addOption(asJson())
    .addHelpText(
      "after",
      `${PLACES}\n${exitCodes({ 1: "a backup is damaged, or there is none" })}\n${examples("backup verify sentra-portal-prod", "backup verify dev-cache-dev --id all --json")}`,
    )
    .action(async (id: string, options) => finish(await backupVerify(loadStack(id), options, terminal)));
  backup
    .command("import <stack>")
    .description("make a backup of files of another Redis on this machine, which are only read")
    .requiredOption("--from <path>", "dump.rdb, appendonly.aof, or the folder of an append-only set")
    .addOption(at())
    .addOption(compression())
    .addOption(recipient())
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nAn append-only set is loaded by a server of its own, and kept as a snapshot.\n${PLACES}\n${examples(
        "backup import prospectflow-prod --from /srv/prospectflow/data/appendonlydir",
        "backup import dev-cache-dev --from ./dump.rdb --at volume:copies",
      )}`,
    )
    .action(async (id: string, { recipient, ...options }) =>
      finish(await backupImport(loadStack(id), { ...options, recipients: recipient }, terminal)),
    );
  backup
    .command("copy <stack>")
    .description("copy backups to another place as they are; what is there already is left")
    .requiredOption("--to <where>", "where to")
    .option("--from <id>", "an id, the beginning of one, latest or all", "latest")
    .addOption(at())
    .addOption(asJson())
    .addHelpText(
      "after",
      `${PLACES}\n${examples(
        "backup copy sentra-portal-prod --from all --to s3://backups/redis",
        "backup copy dev-cache-dev --to /mnt/elsewhere",
      )}`,
    )
    .action(async (id: string, options) => finish(await backupCopy(loadStack(id), options, terminal)));
  backup
    .command("drill <stack>")
    .description("load a backup in a throw-away server, compare it, and write down how it went")
    .option("--from <id>", "an id, the beginning of one, or latest", "latest")
    .addOption(at())
    .option("--identity <file>", "file with the secret key of age, for encrypted ones")
    .addOption(asJson())
    .addHelpText(
      "after",
      `${PLACES}\n${exitCodes({ 1: "the server did not load it, or has other data" })}\n${examples("backup drill dev-cache-dev", "backup drill sentra-portal-prod --json")}`,
    )
    .action(async (id: string, options) => finish(await backupDrill(loadStack(id), options, terminal)));
  backup
    .command("prune <stack>")
    .description("show which backups nobody has to keep, and remove them; the newest good one always stays")
    .addOption(at())
    .option("--keep-last <number>", "keep the newest so many: 1 to 1000 (default: as the stack's schedule)")
    .option("--keep-for <time>", 'keep younger ones as well, e.g. "72 h" (default: as the stack\'s schedule)')
    .option("--yes", "remove without asking", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nLeft out, --at is two places: where the stack's environment says, and the volume of the stack's schedule. Each is
pruned by itself. What is in the future, or was written to within the hour, stays.\n${PLACES}\n${examples("backup prune dev-cache-dev", 'backup prune sentra-portal-prod --keep-last 30 --keep-for "720 h" --yes')}`,
    )
    .action(async (id: string, options) => finish(await backupPrune(loadStack(id), options, terminal)));
}
