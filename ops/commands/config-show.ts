import type { ResolvedStack } from "../../config/resolve-stack";
import { ExitCode } from "../exit-code";
import { settingsOf, shownSource, shownValue } from "../settings";
import { json, type Terminal, table } from "../terminal";

/** `redis-ops config show`: every value that a stack gets, and who decided it. Reads only. */
export function configShow(
  stack: ResolvedStack,
  options: { readonly json: boolean },
  terminal: Terminal,
): ExitCode {
  const settings = settingsOf(stack);
  terminal.out(
    options.json
      ? json({
          stack: stack.id,
          values: Object.fromEntries(settings.map(({ path, value, source }) => [path, { value, ...source }])),
        })
      : table(
          ["VALUE", "", "FROM"],
          settings.map(({ path, value, source }) => [path, shownValue(value), shownSource(stack, source)]),
        ),
  );
  return ExitCode.ok;
}
