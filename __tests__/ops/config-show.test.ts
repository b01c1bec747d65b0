import { configShow } from "../../ops/commands/config-show";
import type { Terminal } from "../../ops/terminal";
import { shopStack } from "../support/stack-fixtures";

const stack = shopStack("prod");

const linesFor = (columns?: number) => {
  const out: string[] = [];
  const terminal: Terminal = { out: (text) => out.push(text), err: () => undefined, columns };
  configShow(stack, { json: false }, terminal);
  return out.join("\n").split("\n");
};

const characters = (lines: readonly string[]) => [...lines.join("").replace(/\s/g, "")].sort().join("");

test.each([100, 120, 160])(
  "on a terminal of %d characters no line is longer, and nothing is left out",
  (columns) => {
    const lines = linesFor(columns);
    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(characters(lines)).toBe(characters(linesFor()));
    expect(lines.length).toBeGreaterThan(linesFor().length);
  },
);

test("elsewhere a value is a line, as wide as it is", () => {
  expect(Math.max(...linesFor().map((line) => line.length))).toBeGreaterThan(160);
  expect(linesFor(10_000)).toEqual(linesFor());
});
