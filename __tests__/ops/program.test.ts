import { buildProgram } from "../../ops/program";

/** What is left out of a start is nothing that the command line called for. */

const silent = { out: () => {}, err: () => {} };
const build = (called?: string) => buildProgram(silent, () => {}, called);
const whole = build();
const names = whole.commands.map((command) => command.name());
/** They show all commands. */
const OF_ALL = ["completion", "completion-words", "reference"];

const helps = (program: typeof whole) => program.commands.map((command) => command.helpInformation());

it.each(names)("%s is the same with or without the other commands", (name) => {
  const program = build(name);
  const found = (of: typeof whole) => of.commands.find((command) => command.name() === name);
  expect(found(program)?.helpInformation()).toBe(found(whole)?.helpInformation());
  expect(found(program)?.commands.map((command) => command.helpInformation())).toEqual(
    found(whole)?.commands.map((command) => command.helpInformation()),
  );
  expect(program.commands.length === names.length).toBe(OF_ALL.includes(name));
});

it.each(["--help", "-h", "help", "diagnos", "", "toString"])("%j has all commands", (word) => {
  expect(helps(build(word))).toEqual(helps(whole));
});
