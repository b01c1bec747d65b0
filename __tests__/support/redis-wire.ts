import type { TestStack } from "./test-stack";

/** A command of the running server. */
export interface KnownCommand {
  /** As `COMMAND` has it, e.g. `config|get`. */
  readonly name: string;
  /** A line that calls it by the name it answers to, with as many arguments as it takes. */
  readonly line: string;
}

/**
 * Sends lines over one raw connection inside the server's container, and returns the first line of each reply.
 * Only for commands whose reply is one line, such as errors: `redis-cli` would hide MONITOR, SYNC and others.
 */
export async function converse(stack: TestStack, lines: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await stack.exec(
    "sh",
    "-c",
    'printf "%s\\r\\n" "$@" QUIT | nc 127.0.0.1 6379',
    "converse",
    ...lines,
  );
  const replies = stdout.split("\r\n").slice(0, -1);
  if (replies.length !== lines.length + 1 || replies.at(-1) !== "+OK") {
    throw new Error(`sent ${lines.length} lines and QUIT, got ${replies.length} replies: ${stdout}`);
  }
  return replies.slice(0, -1);
}

/** What each command of the server was answered, by its name. */
export async function answersTo(
  stack: TestStack,
  login: readonly string[],
  commands: readonly KnownCommand[],
): Promise<ReadonlyMap<string, string>> {
  const replies = await converse(stack, [...login, ...commands.map(({ line }) => line)]);
  return new Map(commands.map(({ name }, index) => [name, replies[login.length + index] ?? ""]));
}

/** Every command and subcommand that can be called on the running server, asked for as user `ops`. */
export async function commandsOf(stack: TestStack): Promise<readonly KnownCommand[]> {
  const renamed = new Map(
    Object.entries(stack.props.server.renamedCommands).map(([from, to]) => [from.toLowerCase(), to]),
  );
  const known: unknown = JSON.parse(await stack.redis("--json", "COMMAND"));
  return entries(known).map(({ name, arity }) => {
    const [command = "", ...subcommand] = name.split("|");
    const words = [renamed.get(command) ?? command, ...subcommand];
    const fill = Array.from({ length: Math.max(0, Math.abs(arity) - words.length) }, () => "1");
    return { name, line: [...words, ...fill].join(" ") };
  });
}

/**
 * Rows of COMMAND: name, arity, flags, first key, last key, step, categories, tips, key specs, subcommands.
 * What has subcommands and cannot be called without one, such as CONFIG, is no command itself.
 */
function entries(rows: unknown): readonly { readonly name: string; readonly arity: number }[] {
  return (rows as readonly (readonly unknown[])[]).flatMap((row) => {
    const [name, arity] = [String(row[0]), Number(row[1])];
    const subcommands = entries(row[9] ?? []);
    return subcommands.length > 0 && arity < -1 ? subcommands : [{ name, arity }, ...subcommands];
  });
}
