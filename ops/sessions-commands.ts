import { type Command, Option } from "commander";
import { asJson, examples, repeated } from "./command-help";
import { sessionsCount } from "./commands/sessions-count";
import { sessionsDelete } from "./commands/sessions-delete";
import { sessionsExpire } from "./commands/sessions-expire";
import { sessionsList } from "./commands/sessions-list";
import { sessionsRestore } from "./commands/sessions-restore";
import { sessionsShow } from "./commands/sessions-show";
import { sessionsTtl } from "./commands/sessions-ttl";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import type { Terminal } from "./terminal";

const FILTERS = `
All filters have to hold. Which field is the user, the organisation and so on, the service's file says (format of a
store); where it names no field for the user, the user is what the first star of the store's keys stands for. What cannot
be read matches no filter of a field; what has no date matches no filter of an age: a date is ISO 8601 with its zone, or
seconds or milliseconds since 1970, from 2000 to tomorrow. Times are whole: 90s, 10min, 12h; a day is 24h.`;

/** The filters, which every command on sessions has. */
const filters = () => [
  new Option("--user <user>", "of this user"),
  new Option("--organisation <organisation>", "of this organisation"),
  new Option("--older-than <time>", "made longer ago"),
  new Option("--younger-than <time>", "made since then"),
  new Option("--idle-for <time>", "last used longer ago"),
  new Option("--where <field=value>", "with this value in a field, dots for fields in fields; several times")
    .argParser(repeated)
    .default([]),
  new Option("--ttl-below <time>", "that end sooner"),
  new Option("--without-ttl", "that stay for ever").default(false),
  new Option("--match <pattern>", "whose key matches a pattern of Redis"),
  new Option("--key <key>", "this key, as list prints it; several times").argParser(repeated).default([]),
  new Option("--store <pattern>", "of this store, where the stack has several"),
];

/** `redis-ops sessions …`: look at sessions, and end them. */
export function addSessions(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const sessions = program
    .command("sessions")
    .description("the sessions of a stack: look at them, and end them");
  const command = (name: string, description: string, help: string, ...lines: readonly string[]) => {
    const made = sessions.command(`${name} <stack>`).description(description);
    for (const option of filters()) {
      made.addOption(option);
    }
    return made.addOption(asJson()).addHelpText("after", `${FILTERS}${help}\n${examples(...lines)}`);
  };
  const limit = (text: string) => new Option("--limit <number>", text);
  const all = () => new Option("--all", "every session: there is no filter").default(false);
  const yes = () => new Option("--yes", "do it; without, show what would be done").default(false);

  command(
    "list",
    "list sessions: whose, how old, how long they live; no values",
    "\n--json prints a line of JSON for each, as they are found. There is no order.",
    "sessions list prospectflow-prod --organisation 42",
    "sessions list prospectflow-prod --older-than 12h --json",
  )
    .addOption(limit("how many at most (default: 100 in a table, all with --json)"))
    .action(async (id: string, options) => finish(await sessionsList(loadStack(id), options, terminal)));
  command(
    "count",
    "count sessions; prints the number alone",
    "",
    "sessions count prospectflow-prod",
    "sessions count vedfolnir-prod --idle-for 90min",
  ).action(async (id: string, options) => finish(await sessionsCount(loadStack(id), options, terminal)));
  command(
    "show",
    "show the fields of sessions; exit code 1 where none matches",
    "\nWhat looks like a secret by the name of its field is hidden.",
    "sessions show prospectflow-prod --user 5f0c",
  )
    .addOption(limit("how many at most: 1 to 1000 (default: 10)"))
    .option("--reveal", "show what looks like a secret, too", false)
    .action(async (id: string, options) => finish(await sessionsShow(loadStack(id), options, terminal)));
  command(
    "ttl",
    "tell how many sessions live how long; with --key, how long each does",
    "",
    "sessions ttl prospectflow-prod",
    "sessions ttl prospectflow-prod --key session:5f0c",
  ).action(async (id: string, options) => finish(await sessionsTtl(loadStack(id), options, terminal)));
  command(
    "delete",
    "show which sessions would be deleted; with --yes, delete them",
    "\nA session is deleted only when it is still what it was chosen for: whoever renews it in between keeps it. What cannot be\n" +
      "read as the format says is left alone, whatever the filters.",
    "sessions delete prospectflow-prod --organisation 42",
    "sessions delete prospectflow-prod --organisation 42 --save-to org-42.saved --yes",
  )
    .addOption(all())
    .addOption(yes())
    .option("--unreadable", "those whose value cannot be read, too; --key means them anyway", false)
    .option("--save-to <file>", "keep what is deleted, with its TTL, for sessions restore")
    .action(async (id: string, options) => finish(await sessionsDelete(loadStack(id), options, terminal)));
  command(
    "expire",
    "show which sessions would end sooner; with --yes, shorten their TTL",
    "\nNo session lives longer by it.",
    "sessions expire prospectflow-prod --user 5f0c --in 10min --yes",
  )
    .requiredOption("--in <time>", "when they end, at the latest")
    .addOption(all())
    .addOption(yes())
    .action(async (id: string, options) => finish(await sessionsExpire(loadStack(id), options, terminal)));
  sessions
    .command("restore <stack>")
    .description(
      "show what would be put back of what sessions delete --save-to kept; with --yes, put it back. What is there stays",
    )
    .requiredOption("--from <file>", "the file")
    .option("--of <stack>", "the file is of this stack, and it is meant")
    .option("--replace", "take the place of what is there", false)
    .addOption(yes())
    .addOption(asJson())
    .addHelpText(
      "after",
      "\nWhat would have expired meanwhile stays away. A server reads values of its own version and of older ones.\n" +
        examples(
          "sessions restore prospectflow-prod --from org-42.saved",
          "sessions restore prospectflow-prod --from org-42.saved --yes",
        ),
    )
    .action(async (id: string, options) => finish(await sessionsRestore(loadStack(id), options, terminal)));
}
