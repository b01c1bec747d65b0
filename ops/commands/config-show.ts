import type { ResolvedStack } from "../../config/resolve-stack";
import { ExitCode } from "../exit-code";
import { settingsOf, shownSource, shownValue } from "../settings";
import { json, type Terminal, table } from "../terminal";
import { inLines } from "../wrapped";

/** Characters of a line in a cell: fewer cannot be read. */
const MIN_CELL = 24;

/** The rows for lines of `columns` characters: what the path leaves is for value and source. */
function fitted(
  rows: readonly (readonly [string, string, string])[],
  columns: number,
): readonly (readonly string[])[] {
  const widest = (of: 0 | 1 | 2) =>
    Math.max(...rows.flatMap((row) => row[of].split("\n")).map((line) => line.length));
  const room = columns - widest(0) - 4;
  const value = Math.max(MIN_CELL, Math.min(widest(1), Math.floor(room / 2)));
  const source = Math.max(MIN_CELL, room - value);
  return rows.map(([path, text, from]) => [path, inLines(text, value), inLines(from, source)]);
}

/** `redis-ops config show`: every value that a stack gets, and who decided it. Reads only. */
export function configShow(
  stack: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  const settings = settingsOf(stack);
  const { columns } = terminal;
  const rows = settings.map(
    ({ path, value, source }) => [path, shownValue(value), shownSource(stack, source)] as const,
  );
  terminal.out(
    options.json
      ? json({
          stack: stack.id,
          values: Object.fromEntries(settings.map(({ path, value, source }) => [path, { value, ...source }])),
        })
      : table(["VALUE", "", "FROM"], columns === undefined ? rows : fitted(rows, columns)),
  );
  return ExitCode.ok;
}
