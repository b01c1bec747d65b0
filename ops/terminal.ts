import Table from "cli-table3";
import { escaped } from "../core/printable";

/** Where a command writes: results to `out`, everything for people only to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what is written to `out` may be coloured. @default false */
  readonly hasColors?: boolean;
  /** Characters of a line of what `out` writes to. @default - no terminal, and so no limit */
  readonly columns?: number | undefined;
}

// Not a terminal: there is no such function. NO_COLOR and the like are heeded by Node.js.
const hasColors = process.stdout.hasColors?.() ?? false;

/** The process' own streams. What could steer a terminal is written as `shown` has it. */
export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(`${shown(text, hasColors)}\n`),
  err: (text) => process.stderr.write(`${shown(text)}\n`),
  hasColors,
  get columns() {
    return process.stdout.columns;
  },
};

/**
 * What becomes of output that cannot be written; without it, a stack trace. A command goes on to its end, since what it
 * changes should not stay half done. A reader that went away is nobody's mistake: the exit code stays the command's own.
 * Anything else, such as a full disk, is told once on stderr, and to `onFailure`: exit code 2.
 */
export function watchOutput(onFailure: () => void): void {
  let isTold = false;
  const fail = ({ code }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" || isTold) {
      return;
    }
    isTold = true;
    onFailure();
    processTerminal.err(
      `redis-ops: got ${code} while writing, expected to write all of it. Fix: make room, or write elsewhere.`,
    );
  };
  process.stdout.on("error", fail);
  process.stderr.on("error", fail);
}

/** Controls, what changes the direction of writing, separators of lines, halves of characters and no characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu;

/** Text for one line: what cannot be seen, or steers a terminal, as JSON escapes it. */
export function visible(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The same for text of many lines, with tabs, and where `hasColors`, with colours as `coloured` writes them. */
export function shown(text: string, hasColors = false): string {
  return text.replace(UNPRINTABLE, (character, at: number) => {
    const isColour = hasColors && character === "\u001b" && COLOUR.test(text.slice(at + 1));
    return isColour || character === "\n" || character === "\t" ? character : escaped(character);
  });
}

const COLOUR = /^\[(?:0|[39]\d)m/;

const NO_BORDERS = {
  chars: {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  },
  style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
};

/** A table without lines and colours, so that it can be read by people and cut by scripts. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = new Table({ ...NO_BORDERS, head: [...head] });
  lines.push(...rows.map((row) => [...row]));
  return lines
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * The same for lines of `columns` characters: as long as one is longer, a column is left out, in the order of `least`.
 * @param columns - undefined: no limit
 */
export function tableWithin(
  columns: number | undefined,
  least: readonly string[],
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const text = table(head, rows);
  const [next, ...others] = least;
  const fits = columns === undefined || text.split("\n").every((line) => line.length <= columns);
  if (fits || next === undefined) {
    return text;
  }
  const without = (row: readonly string[]) => row.filter((_, at) => head[at] !== next);
  return tableWithin(columns, others, without(head), rows.map(without));
}

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
