import type { Argument, Command, Option } from "commander";
import { engines } from "../config/engines";

/**
 * What `<stack>`, `<file>` and the like stand for in a synopsis, so that a shell can complete it: the words themselves, or a
 * list of that name, or files. What is not here is completed by nothing: an id of a backup would take a look at the backups.
 */
const PLACEHOLDERS: Readonly<Record<string, readonly string[]>> = {
  stack: ["@stacks"],
  stacks: ["@stacks"],
  other: ["@stacks"],
  engine: ["@engines"],
  file: ["@files"],
  folder: ["@files"],
  path: ["@files"],
  where: ["@files"],
  id: ["latest"],
  backup: ["latest"],
};

/**
 * Every word that the command line knows, in lines for bin/redis-ops-words: command, kind of word, word, and meaning, with
 * tabs between them. `stacks` are the names of all stacks, and what each is.
 */
export function completionWords(program: Command, stacks: Readonly<Record<string, string>>): string {
  return [
    ...wordsOf(program, ""),
    ...Object.entries(stacks).map(([name, meaning]) => ["@stacks", "value", name, meaning]),
    ...Object.entries(engines).map(([name, { version }]) => ["@engines", "value", name, `Redis ${version}`]),
  ]
    .map((row) => row.map((cell) => cell.replace(/\s+/g, " ")).join("\t"))
    .join("\n");
}

type Row = readonly [command: string, kind: string, word: string, meaning: string];

function wordsOf(command: Command, path: string): readonly Row[] {
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const commands = help.visibleCommands(command);
  return [
    ...commands.map((child): Row => [path, "command", child.name(), child.description()]),
    ...options.flatMap((option) =>
      namesOf(option).map((name): Row => [path, "option", name, option.description]),
    ),
    ...options.filter(takesValue).flatMap((option) =>
      namesOf(option).flatMap((name) =>
        // A row without a word says that a value follows, of which nothing is known.
        [...valuesOf(option), ""].map((word): Row => [path, `value ${name}`, word, ""]),
      ),
    ),
    ...command.registeredArguments.flatMap((argument, position) =>
      valuesOf(argument).map(
        (word): Row => [path, argument.variadic ? "arguments" : `argument ${position}`, word, ""],
      ),
    ),
    ...commands.flatMap((child) => wordsOf(child, `${path}/${child.name()}`)),
  ];
}

const namesOf = ({ short, long }: Option) => [long, short].filter((name) => name !== undefined);

const takesValue = ({ required, optional }: Option) => required || optional;

function valuesOf(from: Option | Argument): readonly string[] {
  const name = "flags" in from ? (/[<[]([^>\].]+)/.exec(from.flags)?.[1] ?? "") : from.name();
  return from.argChoices ?? PLACEHOLDERS[name] ?? [];
}
