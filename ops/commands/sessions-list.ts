import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { findKeys } from "../keys/find-keys";
import { type FilterFlags, readFilters } from "../keys/key-filters";
import type { SeenKey } from "../keys/read-stored";
import { runSearch } from "../keys/run-on-keys";
import { countText, SESSIONS } from "../keys/subject";
import { tallyText } from "../keys/tally-text";
import { readLimit } from "../read-limit";
import { sessionData, sessionTable } from "../sessions/session-texts";
import type { Terminal } from "../terminal";

/** Rows of a table, which are kept until the last is known. */
const MAX_TABLE = 10_000;

/**
 * `redis-ops sessions list`: what the format declares of each session, and its TTL. A table of 100 unless told otherwise;
 * with `json` a line of JSON for each as it is found, all of them unless told otherwise. The order is that of SCAN: none.
 */
export async function sessionsList(
  stack: ResolvedStack,
  options: FilterFlags & { readonly limit?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const limit = options.json
    ? readLimit(options.limit, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, problems)
    : readLimit(options.limit, 100, MAX_TABLE, problems);
  problems.throwIfAny();
  const selection = readFilters(stack, options);
  return runSearch(stack, selection, { ttl: true, fields: "roles" }, terminal, async (search) => {
    const { tally, now } = search;
    const rows: SeenKey[] = [];
    let listed = 0;
    for await (const sessions of findKeys(search)) {
      const taken = sessions.slice(0, limit - listed);
      listed += taken.length;
      if (!options.json) {
        rows.push(...taken);
      } else if (taken.length > 0) {
        terminal.out(taken.map((session) => JSON.stringify(sessionData(session, now))).join("\n"));
      }
      if (tally.matched > listed) {
        break;
      }
    }
    if (rows.length > 0) {
      terminal.out(sessionTable(rows, now));
    }
    terminal.err(
      tally.matched > listed
        ? `${countText(SESSIONS, listed)} listed, and more match. Next: --limit for more, or sessions count`
        : tallyText(tally),
    );
    return ExitCode.ok;
  });
}
