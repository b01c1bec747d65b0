import { type Command, Option } from "commander";
import type { ResolvedStack } from "../config/resolve-stack";
import { asJson, examples, repeated } from "./command-help";
import { sessionsCount } from "./commands/sessions-count";
import { sessionsDelete } from "./commands/sessions-delete";
import { sessionsRestore } from "./commands/sessions-restore";
import { sessionsTtl } from "./commands/sessions-ttl";
import { locksRelease, rateLimitsReset, sampleOf } from "./commands/stored-delete";
import { storedList } from "./commands/stored-list";
import { storedShow } from "./commands/stored-show";
import type { ExitCode } from "./exit-code";
import type { Subject } from "./keys/subject";
import { loadStack } from "./load";
import { type ChoiceFlags, readChoice } from "./stores/read-choice";
import { CACHE_GROUP, LOCKS_GROUP, RATE_LIMITS_GROUP, type StoreGroup } from "./stores/store-group";
import type { Terminal } from "./terminal";

type Finish = (code: ExitCode) => void;

const choices = ({ one, many, kind }: Subject) => [
  new Option("--match <pattern>", `${many} that match a pattern of Redis`),
  new Option(
    "--key <key>",
    `this key, as list ${kind === "rate-limits" ? "--reveal " : ""}prints it; several times`,
  )
    .argParser(repeated)
    .default([]),
  new Option("--store <pattern>", "of this store, where the stack has several"),
  new Option("--ttl-below <time>", "that end sooner"),
  new Option("--without-ttl", `with no TTL: a ${one} that stays for ever`).default(false),
];

const all = ({ one }: Subject) => new Option("--all", `every ${one}: there is no filter`).default(false);
const yes = () => new Option("--yes", "do it; without, show what would be done").default(false);
const limit = () =>
  new Option("--limit <number>", "how many at most (default: 100 in a table, all with --json)");

const WITHIN = `
All filters have to hold, and only keys of the stores of that kind are meant, whatever the pattern. A pattern that keys of
another kind can match as well is refused, unless --store says which are meant.`;

/** The same flags for what works on sessions. */
const asFilters = <T extends ChoiceFlags>(options: T) => ({ ...options, where: [] });

/** `list` and `show`, which every group has, and a way to add what else it has. */
function addGroup(
  program: Command,
  terminal: Terminal,
  finish: Finish,
  group: StoreGroup,
  description: string,
  stack: string,
  key: string,
) {
  const { subject } = group;
  const parent = program.command(subject.command).description(description);
  const command = (name: string, description: string, ...lines: readonly string[]) => {
    const made = parent.command(`${name} <stack>`).description(description);
    for (const option of choices(subject)) {
      made.addOption(option);
    }
    return made.addOption(asJson()).addHelpText("after", `${WITHIN}\n${examples(...lines)}`);
  };
  const shown = parent
    .command("show <stack> <keys...>")
    .description("tell everything of keys; exit code 1 where one is not there")
    .option("--reveal", "show what they hold, too", false)
    .addOption(asJson())
    .addHelpText("after", examples(`${subject.command} show ${stack} ${key}`));
  shown.action(async (id: string, keys: string[], options) =>
    finish(await storedShow(loadStack(id), keys, options, terminal, group)),
  );
  return { parent, command };
}

/** The stack, once its keys of that kind have been chosen well. */
function chosen(id: string, options: ChoiceFlags, subject: Subject): ResolvedStack {
  const stack = loadStack(id);
  readChoice(stack, options, subject);
  return stack;
}

/** `redis-ops cache …`, `redis-ops locks …`, `redis-ops rate-limits …`: what a service declares besides sessions and queues. */
export function addStores(program: Command, terminal: Terminal, finish: Finish): void {
  addCache(program, terminal, finish);
  addLocks(program, terminal, finish);
  addRateLimits(program, terminal, finish);
}

function addCache(program: Command, terminal: Terminal, finish: Finish): void {
  const { subject } = CACHE_GROUP;
  const { parent, command } = addGroup(
    program,
    terminal,
    finish,
    CACHE_GROUP,
    "the caches of a stack: look at them, and clear a pattern",
    "sentra-portal-prod",
    "api:users:7",
  );
  command("list", "list keys: type, size, how long they live", "cache list sentra-portal-prod")
    .addOption(limit())
    .action(async (id: string, options) =>
      finish(await storedList(loadStack(id), options, terminal, CACHE_GROUP)),
    );
  command(
    "count",
    "count keys; prints the number alone",
    "cache count sentra-portal-prod --match 'api:users:*'",
  ).action(async (id: string, options) =>
    finish(await sessionsCount(chosen(id, options, subject), asFilters(options), terminal, subject)),
  );
  command(
    "ttl",
    "tell how many keys live how long; with --key, how long each does",
    "cache ttl sentra-portal-prod --store 'cache:project:*'",
  ).action(async (id: string, options) =>
    finish(await sessionsTtl(chosen(id, options, subject), asFilters(options), terminal, subject)),
  );
  command(
    "delete",
    "show which keys would be deleted; with --yes, delete them",
    "cache delete sentra-portal-prod --match 'api:users:*'",
    "cache delete sentra-portal-prod --match 'api:users:*' --yes",
  )
    .addOption(all(subject))
    .addOption(yes())
    .option("--save-to <file>", "keep what is deleted, with its TTL, for cache restore")
    .action(async (id: string, options) => {
      const stack = chosen(id, options, subject);
      const words = { subject, sample: sampleOf(CACHE_GROUP) };
      finish(await sessionsDelete(stack, asFilters(options), terminal, words));
    });
  parent
    .command("restore <stack>")
    .description(
      "show what would be put back of what cache delete --save-to kept; with --yes, put it back. What is there stays",
    )
    .requiredOption("--from <file>", "the file")
    .option("--of <stack>", "the file is of this stack, and it is meant")
    .option("--replace", "take the place of what is there", false)
    .addOption(yes())
    .addOption(asJson())
    .addHelpText(
      "after",
      examples(
        "cache restore sentra-portal-prod --from users.saved",
        "cache restore sentra-portal-prod --from users.saved --yes",
      ),
    )
    .action(async (id: string, options) =>
      finish(await sessionsRestore(loadStack(id), options, terminal, subject)),
    );
}

function addLocks(program: Command, terminal: Terminal, finish: Finish): void {
  const { subject } = LOCKS_GROUP;
  const { command } = addGroup(
    program,
    terminal,
    finish,
    LOCKS_GROUP,
    "the locks of a stack: who holds them, and release one",
    "sentra-portal-prod",
    "import:job:7",
  );
  command(
    "list",
    "list locks: who holds them, and for how long",
    "locks list sentra-portal-prod",
    "locks list sentra-portal-prod --without-ttl",
  )
    .addOption(limit())
    .option("--reveal", "show who holds a lock in place of a digest; whoever knows it can release it", false)
    .action(async (id: string, options) =>
      finish(await storedList(loadStack(id), options, terminal, LOCKS_GROUP)),
    );
  command(
    "release",
    "show which locks would be removed; with --yes, remove them. Whoever holds one is not told",
    "locks release sentra-portal-prod --key import:job:7",
    "locks release sentra-portal-prod --key import:job:7 --holder 3f2a90cc1b7e --yes",
  )
    .option("--holder <digest>", "only what this one holds, by the digest that list prints")
    .addOption(all(subject))
    .addOption(yes())
    .action(async (id: string, options) => finish(await locksRelease(loadStack(id), options, terminal)));
}

function addRateLimits(program: Command, terminal: Terminal, finish: Finish): void {
  const { subject } = RATE_LIMITS_GROUP;
  const reveal = () =>
    new Option("--reveal", "show whole keys, which may be secrets, in place of a digest").default(false);
  const { command } = addGroup(
    program,
    terminal,
    finish,
    RATE_LIMITS_GROUP,
    "the rate limits of a stack: what has been used, and reset one",
    "dev-cache-dev",
    "ratelimit:10.0.0.7",
  );
  command(
    "list",
    "list limits: what has been used within the window, and for how long it counts",
    "rate-limits list dev-cache-dev",
  )
    .addOption(limit())
    .addOption(reveal())
    .action(async (id: string, options) =>
      finish(await storedList(loadStack(id), options, terminal, RATE_LIMITS_GROUP)),
    );
  command(
    "reset",
    "show which limits would begin anew; with --yes, remove them",
    "rate-limits reset dev-cache-dev --key ratelimit:10.0.0.7 --yes",
    "rate-limits reset dev-cache-dev --match 'ratelimit:ann:*' --yes",
  )
    .addOption(all(subject))
    .addOption(reveal())
    .addOption(yes())
    .action(async (id: string, options) => finish(await rateLimitsReset(loadStack(id), options, terminal)));
}
