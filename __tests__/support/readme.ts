/** A command that a document shows, and what it shows of its output. */
export interface ShownCommand {
  /** Number of its line in the document. */
  readonly at: number;
  readonly line: string;
  readonly shown: readonly string[];
  readonly exitCode: number;
}

/**
 * The commands in the `console` and `sh` blocks of a Markdown text.
 *
 * A line that begins with `$ ` is a command; one that ends with `\` goes on in the next. What follows until the
 * next command is its output. Its exit code is 0, or that in the block's info string: `console exit=2`.
 */
export function commandsIn(markdown: string): readonly ShownCommand[] {
  const commands: { at: number; line: string; shown: string[]; exitCode: number }[] = [];
  let block: { readonly exitCode: number | undefined } | undefined;
  let goesOn = false;
  for (const [index, text] of markdown.split("\n").entries()) {
    const last = commands.at(-1);
    if (text.startsWith("```")) {
      block = block === undefined ? { exitCode: exitCodeOf(text.slice(3).trim()) } : undefined;
      goesOn = false;
    } else if (block?.exitCode !== undefined) {
      if (goesOn && last !== undefined) {
        last.line += `\n${text}`;
      } else if (text.startsWith("$ ")) {
        commands.push({ at: index + 1, line: text.slice(2), shown: [], exitCode: block.exitCode });
      } else if (last === undefined) {
        throw new Error(`line ${index + 1}: output before any command`);
      } else {
        last.shown.push(text);
      }
      goesOn = (goesOn || text.startsWith("$ ")) && text.endsWith("\\");
    }
  }
  return commands;
}

/** Undefined for a block that shows no commands. */
function exitCodeOf(info: string): number | undefined {
  const [isOfCommands, code = "0"] = /^(?:console|sh)(?: exit=(\d+))?$/.exec(info) ?? [];
  return isOfCommands === undefined ? undefined : Number(code);
}

/**
 * The shown lines that do not occur in the output, in this order. `…` stands for anything in a line and, alone,
 * for any lines; how many blanks there are does not matter.
 */
export function linesNotIn(output: string, shown: readonly string[]): readonly string[] {
  const lines = output.split("\n").map(normalized);
  let next = 0;
  return shown
    .filter((text) => !/^[\s…]*$/.test(text))
    .filter((text) => {
      const pattern = new RegExp(`^${normalized(text).split("…").map(literally).join(".*")}$`);
      const found = lines.findIndex((line, index) => index >= next && pattern.test(line));
      next = found < 0 ? next : found + 1;
      return found < 0;
    });
}

function normalized(line: string): string {
  return line.trim().replace(/\s+/g, " ").replace(/ ?… ?/g, "…");
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
