import Table from "cli-table3";

/** Where a command writes: results to `out`, everything for people only to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether what is written to `out` may be coloured. @default false */
  readonly hasColors?: boolean;
}

export const processTerminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  // Not a terminal: there is no such function. NO_COLOR and the like are heeded by Node.js.
  hasColors: process.stdout.hasColors?.() ?? false,
};

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

export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
