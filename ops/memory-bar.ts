import type { MemoryPart } from "../core/memory-budget";
import type { Size } from "../core/size";

/** Width of the bar in characters. With its indentation it fits a terminal of 80 columns. */
export const BAR_WIDTH = 76;

/** How a stretch of memory is drawn: told apart by its character alone; the colour is one of SGR's. */
export interface Stroke {
  readonly glyph: string;
  readonly colour: number;
}

/** `left over` is what the limit has beyond its parts. */
export const STROKES: Readonly<Record<MemoryPart["name"] | "left over", Stroke>> = {
  dataset: { glyph: "█", colour: 32 },
  fragmentation: { glyph: "▓", colour: 33 },
  "copy-on-write": { glyph: "▒", colour: 36 },
  "AOF rewrite": { glyph: "░", colour: 35 },
  "client buffers": { glyph: "c", colour: 32 },
  "replication backlog": { glyph: "+", colour: 34 },
  base: { glyph: "#", colour: 31 },
  "left over": { glyph: ".", colour: 90 },
};

/** A point on the bar. */
export interface Mark {
  readonly letter: string;
  readonly at: Size;
}

/**
 * Memory in proportion, in two lines: letters where the marks are, and the stretches below them. What is there is at least
 * one character wide. Where two marks meet the later one is written.
 */
export function memoryBar(
  stretches: readonly { readonly stroke: Stroke; readonly bytes: number }[],
  marks: readonly Mark[],
  hasColors: boolean,
): string {
  const drawn = stretches.filter(({ bytes }) => bytes > 0);
  const all = drawn.reduce((sum, { bytes }) => sum + bytes, 0);
  const letters = Array.from({ length: BAR_WIDTH }, () => " ");
  for (const { letter, at } of marks) {
    letters[Math.min(BAR_WIDTH - 1, Math.floor((at.toBytes() / all) * BAR_WIDTH))] = letter;
  }
  const widths = widthsOf(drawn.map(({ bytes }) => bytes));
  const bar = drawn.map(({ stroke }, index) =>
    coloured(stroke, stroke.glyph.repeat(widths[index] ?? 0), hasColors),
  );
  return `  ${letters.join("").trimEnd()}\n  ${bar.join("")}`;
}

/** `text` in the colour of a stroke, where there are colours. */
export function coloured({ colour }: Stroke, text: string, hasColors: boolean): string {
  return hasColors ? `\u001b[${colour}m${text}\u001b[0m` : text;
}

/** Whole characters, `BAR_WIDTH` in sum: the widest stretches give what the narrowest need to be seen. */
function widthsOf(amounts: readonly number[]): readonly number[] {
  const all = amounts.reduce((sum, amount) => sum + amount, 0);
  const widths = amounts.map((amount) => Math.max(1, Math.round((amount / all) * BAR_WIDTH)));
  const over = widths.reduce((sum, width) => sum + width, -BAR_WIDTH);
  const widest = widths.indexOf(Math.max(...widths));
  return widths.map((width, index) => (index === widest ? width - over : width));
}
