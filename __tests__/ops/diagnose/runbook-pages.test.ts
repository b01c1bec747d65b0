import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { loadStacks } from "../../../config/load-stacks";
import { RUNBOOKS } from "../../../core/runbooks";
import { alertsOf } from "../../../monitoring/alerts";
import { INCIDENTS } from "../../../ops/diagnose/incidents";
import { PLACEHOLDERS } from "../../../ops/diagnose/names";
import { runbookPages } from "../../../ops/diagnose/runbook-pages";
import { buildProgram } from "../../../ops/program";
import { repository, template, today } from "../../support/stack-fixtures";

const folder = join(repository, "docs/runbooks");

const commands = INCIDENTS.flatMap(({ steps }) =>
  steps.flatMap((step) => [
    step.command(PLACEHOLDERS),
    ...Object.values(step.outcomes).flatMap(({ next }) =>
      next(PLACEHOLDERS).flatMap(([, command]) => (command === undefined ? [] : [command])),
    ),
  ]),
);

test("the pages in docs/runbooks are what npm run runbooks writes", () => {
  const pages = runbookPages(loadStacks({ template, today }).flatMap(alertsOf));
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
  for (const [name, text] of pages) {
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  }
});

test("what stands in capitals in a command is explained in README.md", () => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const names = Object.values(PLACEHOLDERS).flatMap((name) => (typeof name === "function" ? [] : name));
  const places = names.map((name: string) => name.replace("127.0.0.1:", ""));
  const others = commands.flatMap((command) => command.match(/(?<=--from |new |--at )[A-Z/]+$/g) ?? []);
  expect(others).toEqual(expect.arrayContaining(["ID", "NAME", "/ANOTHER/DISK"]));
  expect([...places, ...others].filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
});

test("every page says that a stack may know its commands by other names, and where they are printed", () => {
  const pages = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  expect(pages.filter((page) => !page.includes("these fail as printed: `bin/redis-ops diagnose"))).toEqual(
    [],
  );
});

test("there is one procedure for each page", () => {
  expect(INCIDENTS.map(({ name }) => name).sort()).toEqual([...RUNBOOKS].sort());
});

test("every command of redis-ops in them is one, with options that it has", () => {
  const program = buildProgram({ out: () => undefined, err: () => undefined }, () => undefined);
  const written = commands
    .flatMap((command) => command.split("; "))
    .filter((one) => one.startsWith("bin/redis-ops "));
  expect(written.length).toBeGreaterThan(50);
  expect(written.flatMap((one) => unknownWords(program, one.split(" ").slice(1)))).toEqual([]);
});

/** Names of commands that there are not, and options that they do not take. */
function unknownWords(program: Command, words: readonly string[]): readonly string[] {
  let command = program;
  let rest = words;
  for (;;) {
    const [first] = rest;
    const next = command.commands.find((one) => one.name() === first);
    if (next === undefined) {
      break;
    }
    command = next;
    rest = rest.slice(1);
  }
  const isLeaf = command.commands.length === 0;
  const options = rest.filter((word) => word.startsWith("--"));
  return isLeaf
    ? options
        .filter((word) => command.options.every(({ long }) => long !== word))
        .map((word) => `${words.join(" ")}: ${word}`)
    : [words.join(" ")];
}

test("no command of them removes data, and none asks the server for everything", () => {
  const dangerous =
    /(^|[;&' ])rm |FLUSH|\bKEYS\b|\bDEL\b|down -v|prune(?! )|volume rm|MONITOR|--yes|--discard --yes|docker (rm|kill)\b/;
  expect(commands.filter((command) => dangerous.test(command))).toEqual([]);
  expect(dangerous.test("docker rm x")).toBe(true);
});
