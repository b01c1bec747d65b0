import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { findKeys } from "../keys/find-keys";
import { runSearch } from "../keys/run-on-keys";
import { countText } from "../keys/subject";
import { tallyText } from "../keys/tally-text";
import { readLimit } from "../read-limit";
import { type ChoiceFlags, readChoice } from "../stores/read-choice";
import { type Facts, readFacts } from "../stores/read-facts";
import { dataOf, headOf, rowOf, type StoreGroup } from "../stores/store-group";
import { type Terminal, table } from "../terminal";

const LIMIT = 100;
const MAX_TABLE = 10_000;

/**
 * `redis-ops cache list`, `locks list`, `rate-limits list`: a table of 100 unless told otherwise; with `json` a line of JSON
 * for each as it is found, all of them unless told otherwise. There is no order.
 */
export async function storedList(
  stack: ResolvedStack,
  options: ChoiceFlags & { readonly limit?: string; readonly json: boolean; readonly reveal?: boolean },
  terminal: Terminal,
  group: StoreGroup,
): Promise<ExitCode> {
  const problems = new Problems();
  const limit = options.json
    ? readLimit(options.limit, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, problems)
    : readLimit(options.limit, LIMIT, MAX_TABLE, problems);
  problems.throwIfAny();
  const { subject } = group;
  const selection = readChoice(stack, options, subject);
  const isRevealed = options.reveal === true;
  return runSearch(stack, selection, {}, terminal, async (search) => {
    const { tally, now } = search;
    const rows: Facts[] = [];
    let listed = 0;
    let forEver = 0;
    for await (const keys of findKeys(search)) {
      const facts = await readFacts(search.live, keys.slice(0, limit - listed), now);
      listed += facts.length;
      forEver += facts.filter(({ ttl }) => ttl < 0).length;
      if (!options.json) {
        rows.push(...facts);
      } else if (facts.length > 0) {
        terminal.out(facts.map((one) => JSON.stringify(dataOf(group, one, isRevealed))).join("\n"));
      }
      if (listed >= limit) {
        break;
      }
    }
    if (rows.length > 0) {
      terminal.out(
        table(
          headOf(group),
          rows.map((one) => rowOf(group, one, isRevealed)),
        ),
      );
      if (group.note !== undefined && !isRevealed) {
        terminal.err(group.note);
      }
    }
    if (
      forEver > 0 &&
      stack.props.stores.some(({ kind, ttl }) => kind === subject.kind && ttl !== undefined)
    ) {
      terminal.err(`${countText(subject, forEver)} without a TTL: nobody but a person removes them`);
    }
    terminal.err(
      listed >= limit
        ? `${countText(subject, listed)} listed, and there may be more. Next: --limit for more`
        : tallyText(tally, subject),
    );
    return ExitCode.ok;
  });
}
