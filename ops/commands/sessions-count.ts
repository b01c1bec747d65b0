import type { ResolvedStack } from "../../config/resolve-stack";
import { ExitCode } from "../exit-code";
import { findKeys } from "../keys/find-keys";
import { type FilterFlags, readFilters } from "../keys/key-filters";
import { runSearch } from "../keys/run-on-keys";
import { SESSIONS, type Subject } from "../keys/subject";
import { tallyText } from "../keys/tally-text";
import { json, type Terminal } from "../terminal";

/** `redis-ops sessions count`: the number alone on stdout, and what was looked at on stderr. Exit code 1: not all was. */
export async function sessionsCount(
  stack: ResolvedStack,
  options: FilterFlags & { readonly json: boolean },
  terminal: Terminal,
  subject: Subject = SESSIONS,
): Promise<ExitCode> {
  const selection = readFilters(stack, options, subject);
  return runSearch(stack, selection, {}, terminal, async (search) => {
    const { tally } = search;
    for await (const _ of findKeys(search)) {
      // counted on the way
    }
    if (!search.isStopped()) {
      terminal.out(
        options.json ? json({ stack: stack.id, filters: selection.told, ...tally }) : `${tally.matched}`,
      );
      terminal.err(tallyText(tally, subject));
    }
    return ExitCode.ok;
  });
}
