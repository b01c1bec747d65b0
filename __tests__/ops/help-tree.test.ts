import { type Command, CommanderError } from "commander";
import { loadStacks } from "../../config/load-stacks";
import { loadOptions } from "../../ops/load";
import { buildProgram } from "../../ops/program";
import { commandsOf, helpParts, nameOf } from "../../ops/reference";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";

withEnvironmentOfItsOwn();

const silent = { out: () => {}, err: () => {} };
const program = buildProgram(silent, () => {});
const commands = commandsOf(program);
const names = commands.map(nameOf);
const stacks = loadStacks(loadOptions()).map(({ id }) => id);

/** The groups, and the program itself. */
const groups = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [] : [command, ...command.commands.flatMap(groups)];

/** The words of an example as a shell would split them, up to a pipe or a file. */
function wordsOf(example: string): readonly string[] {
  const words = [...example.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word);
  const end = words.findIndex((word) => /^[|<>]/.test(word));
  return words.slice(0, end < 0 ? words.length : end).map((word) => word.replace(/["']/g, ""));
}

/** What an example asks for, by the program's own parser; nothing is done. Throws what the parser refuses. */
function parsed(words: readonly string[]): { name: string; stacks: readonly string[] } {
  const found: { name: string; stacks: readonly string[] }[] = [];
  const tree = buildProgram(silent, () => {});
  for (const command of commandsOf(tree)) {
    command.action(() => {
      const values = command.registeredArguments.flatMap((argument, at) =>
        ["stack", "stacks", "other"].includes(argument.name()) ? (command.processedArgs[at] ?? []) : [],
      );
      found.push({ name: nameOf(command), stacks: [...values, ...[command.opts().of ?? []].flat()] });
    });
  }
  tree.parse(words, { from: "user" });
  const [only] = found;
  if (only === undefined) {
    throw new Error(`no command: ${words.join(" ")}`);
  }
  return only;
}

test("there are commands to look at", () => {
  expect(names).toEqual(expect.arrayContaining(["redis-ops stacks", "redis-ops backup create"]));
  expect(groups(program).map(nameOf)).toEqual(expect.arrayContaining(["redis-ops", "redis-ops backup"]));
});

test.each(names.map((name, at) => [name, at]))("%s says what it is, and shows how it is used", (name, at) => {
  const command = commands[at as number] as Command;
  expect(command.description()).toMatch(/^[a-z].*[^.]$/s);
  for (const { flags, description } of command.options) {
    expect({ flags, description }).toEqual({ flags, description: expect.stringMatching(/[^.]$/) });
  }
  const { examples } = helpParts(command);
  expect(examples).not.toBe("");
  for (const line of examples.split("\n")) {
    const [, words = ""] = /^ *\$ bin\/redis-ops (.*)$/.exec(line) ?? [];
    const asked = parsed(wordsOf(words));
    expect({ line, name: asked.name }).toEqual({ line, name });
    expect({ line, unknown: asked.stacks.filter((stack) => !stacks.includes(stack)) }).toEqual({
      line,
      unknown: [],
    });
  }
});

test.each([
  ["an unknown option", ["stacks", "--jsn"], "unknown option '--jsn'"],
  ["a choice that is none", ["connection", "dev-cache-dev", "--format", "xml"], "is invalid"],
  ["an argument that is missing", ["memory"], "missing required argument 'stack'"],
  ["one argument too many", ["memory", "dev-cache-dev", "more"], "too many arguments"],
])("an example with %s would be found", (_, words, message) => {
  expect(() => parsed(words)).toThrow(CommanderError);
  expect(() => parsed(words)).toThrow(message);
});

test.each(groups(program).map((group) => [nameOf(group), group] as const))(
  "%s alone prints its help, as an error",
  async (name, group) => {
    const { exitCode, out, err } = await redisOps(...name.split(" ").slice(1));
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toContain(`Usage: ${name} [options] [command]`);
    for (const child of group.createHelp().visibleCommands(group)) {
      expect(err).toContain(`\n  ${child.name()} `);
    }
  },
);

test.each(
  names.flatMap((name) => [
    [`${name}x`, name],
    [name.replace(/(.)(.)$/, "$2$1x"), name],
  ]),
)("%s is asked back: %s?", async (written, name) => {
  const { exitCode, out, err } = await redisOps(...written.split(" ").slice(1));
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  const word = written.split(" ").at(-1);
  expect(err).toContain(`error: unknown command '${word}'\n(Did you mean `);
  expect(err).toMatch(new RegExp(`\\(Did you mean (one of )?[^)]*\\b${name.split(" ").at(-1)}\\b`));
});

test("an option that is almost one is asked back, too", async () => {
  const { exitCode, err } = await redisOps("verify", "dev-cache-dev", "--timout", "3");
  expect(exitCode).toBe(2);
  expect(err).toContain("error: unknown option '--timout'\n(Did you mean --timeout?)");
});

test.each(
  names
    .filter((_, at) => ["stack", "stacks"].includes(commands[at]?.registeredArguments[0]?.name() as string))
    .map((name) => [name]),
)("%s asks a stack back that is almost one", async (name) => {
  const command = commands[names.indexOf(name)] as Command;
  const required = command.options
    .filter(({ mandatory }) => mandatory)
    .flatMap(({ long }) => [long ?? "", "redis-7.4"]);
  const more = command.registeredArguments
    .slice(1)
    .flatMap(({ required }) => (required ? ["dev-cache-dev"] : []));
  const { exitCode, out, err } = await redisOps(
    ...name.split(" ").slice(1),
    "dev-cache-dve",
    ...more,
    ...required,
  );
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toContain('got "dev-cache-dve", expected one of');
  expect(err).toContain('Fix: did you mean "dev-cache-dev"? Use that name.');
});
