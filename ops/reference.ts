import type { Command, Option } from "commander";
import { CODES, EXAMPLES } from "./command-help";
import { EXIT_CODES, OUTPUT_LOST } from "./exit-code";
import { ENVIRONMENT_VARIABLES, FILES } from "./surroundings";

/** The whole command line as one page of Markdown: docs/reference.md, by `npm run reference`. */
export function reference(program: Command): string {
  const commands = commandsOf(program);
  return `${[
    "# redis-ops",
    `${program.description()} This page is what the program says of itself: \`npm run reference\` writes it anew, and` +
      " `bin/redis-ops COMMAND --help` shows one part.",
    tableOf(
      ["command", "what it does"],
      commands.map((command) => [`[\`${nameOf(command)}\`](#${anchorOf(command)})`, command.description()]),
    ),
    "## Exit codes",
    tableOf(["code", "meaning"], Object.entries(EXIT_CODES)),
    OUTPUT_LOST.join(" "),
    "Where a command means something of its own by a code, it says so below.",
    "## Commands",
    ...commands.flatMap(partsOf),
    "## Environment variables",
    tableOf(["variable", "what for"], codesFirst(ENVIRONMENT_VARIABLES)),
    "## Files",
    tableOf(["file", "what it is"], codesFirst(FILES)),
  ].join("\n\n")}`;
}

/** Every command that does something, in the order of the help; none that is hidden. */
export function commandsOf(program: Command): readonly Command[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .filter((command) => command.name() !== "help")
    .flatMap((command) => (command.commands.length === 0 ? [command] : commandsOf(command)));
}

/** `redis-ops backup create`. */
export function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

/** What stands under a command's help, in its parts. */
export function helpParts(command: Command): { notes: string; codes: string; examples: string } {
  let text = "";
  const { writeOut = () => {} } = command.configureOutput();
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  command.configureOutput({ writeOut });
  const own = text.slice(command.helpInformation().length);
  const [, notes = "", codes = "", examples = ""] = PARTS.exec(own) ?? [];
  return { notes: notes.trim(), codes: codes.trim(), examples: examples.trim() };
}

const PARTS = new RegExp(`^(.*?)(?:^${CODES}\n(.*?))?(?:^${EXAMPLES}\n(.*))?$(?![\\s\\S])`, "ms");

function partsOf(command: Command): readonly string[] {
  const options = command.createHelp().visibleOptions(command);
  const { notes, codes, examples } = helpParts(command);
  return [
    `### ${nameOf(command)}`,
    `${sentence(command.description())}`,
    fenced("text", `${nameOf(command)} ${command.usage()}`),
    tableOf(
      ["option", "what it does", "default"],
      options
        .filter(({ long }) => long !== "--help")
        .map((option) => [`\`${option.flags}\``, meaningOf(option), defaultOf(option)]),
    ),
    notes === "" ? "" : fenced("text", notes),
    codes === ""
      ? ""
      : tableOf(
          ["code", "meaning"],
          codes.split("\n").map((line) => [line.trim().slice(0, 1), line.trim().slice(1).trim()]),
        ),
    fenced("console", examples.replace(/^ {2}/gm, "")),
  ].filter((part) => part !== "");
}

const anchorOf = (command: Command) => nameOf(command).replaceAll(" ", "-");

const sentence = (text: string) => escaped(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`);

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\``;

function meaningOf({ description, argChoices, mandatory }: Option): string {
  const choices = argChoices === undefined ? "" : `: ${argChoices.join(", ")}`;
  return `${description}${choices}${mandatory ? " (has to be given)" : ""}`;
}

function defaultOf({ defaultValue }: Option): string {
  const isNothing = defaultValue === undefined || defaultValue === false || String(defaultValue) === "";
  return isNothing ? "" : `\`${defaultValue}\``;
}

const codesFirst = (meanings: Readonly<Record<string, string>>) =>
  Object.entries(meanings).map(([name, meaning]) => [`\`${name}\``, meaning] as const);

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) {
    return "";
  }
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Outside of code, characters that Markdown would take for its own. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part.replaceAll("|", "\\|") : part.replace(/[|*<]/g, "\\$&")))
    .join("");
}
