import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import type { ExitCode } from "../exit-code";
import { type ChangeFlags, changeKeys } from "../keys/change-keys";
import { type FilterFlags, readFilters, readSpan } from "../keys/key-filters";
import { sessionSample } from "../sessions/session-texts";
import type { Terminal } from "../terminal";

/** `redis-ops sessions expire`: lets sessions end sooner, never later. A dry run, and with `yes` the change. */
export async function sessionsExpire(
  stack: ResolvedStack,
  options: FilterFlags & ChangeFlags & { readonly in: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const milliseconds = readSpan("--in", options.in, problems);
  problems.throwIfAny();
  return changeKeys(
    stack,
    readFilters(stack, options),
    options,
    {
      name: "expire",
      done: "shortened",
      flags: [`--in ${JSON.stringify(options.in)}`],
      unchanged: "ending sooner already",
      hint: "; a session that ends sooner keeps its TTL",
      sample: sessionSample,
      // LT: one without a TTL counts as one that never ends.
      commands: (keys) => keys.map(({ key }) => ["PEXPIRE", key, milliseconds, "LT"]),
      told: () => [],
      data: () => ({ milliseconds }),
    },
    terminal,
  );
}
