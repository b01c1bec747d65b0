import type { ResolvedStack } from "../../config/resolve-stack";
import { ttlText } from "../amounts";
import { ExitCode } from "../exit-code";
import { findKeys } from "../keys/find-keys";
import { type FilterFlags, isFiltered, readFilters, type Selection } from "../keys/key-filters";
import { keyText } from "../keys/key-text";
import { grouped } from "../keys/progress";
import { runSearch } from "../keys/run-on-keys";
import { SESSIONS, type Subject } from "../keys/subject";
import { tallyText } from "../keys/tally-text";
import { json, type Terminal, table } from "../terminal";

const MINUTE = 60_000;

/** Upper ends of the histogram, in milliseconds. */
const ENDS = [
  ["less than 1 min", MINUTE],
  ["less than 10 min", 10 * MINUTE],
  ["less than 1 h", 60 * MINUTE],
  ["less than 6 h", 360 * MINUTE],
  ["less than 24 h", 1440 * MINUTE],
  ["less than 7 days", 10_080 * MINUTE],
  ["7 days or more", Number.POSITIVE_INFINITY],
] as const;

const FOR_EVER = "no TTL: they stay until somebody deletes them (-1 of TTL)";
const GONE = "not there: expired or deleted (-2 of TTL)";

/**
 * `redis-ops sessions ttl`: how long sessions still live. With `key` each of them, else how many live how long. Exit code 1
 * when a session that was asked for is not there.
 */
export async function sessionsTtl(
  stack: ResolvedStack,
  options: FilterFlags & { readonly json: boolean },
  terminal: Terminal,
  subject: Subject = SESSIONS,
): Promise<ExitCode> {
  const selection = readFilters(stack, options, subject);
  return runSearch(stack, selection, { ttl: true }, terminal, async (search) => {
    const { tally } = search;
    const ttls = new Map<string, number>();
    const counts = ENDS.map(() => 0);
    let forEver = 0;
    for await (const sessions of findKeys(search)) {
      for (const { key, ttl = -1 } of sessions) {
        if (selection.keys !== undefined) {
          ttls.set(keyText(key), ttl);
        }
        const at = ENDS.findIndex(([, end]) => ttl < end);
        counts[at] = (counts[at] ?? 0) + (ttl < 0 ? 0 : 1);
        forEver += ttl < 0 ? 1 : 0;
      }
    }
    if (search.isStopped()) {
      return ExitCode.unhealthy;
    }
    const told = selection.keys === undefined ? histogram(subject, counts, forEver) : eachOf(selection, ttls);
    terminal.out(options.json ? json({ stack: stack.id, filters: selection.told, ...told.data }) : told.text);
    terminal.err(tallyText(tally, subject));
    return selection.keys !== undefined && ttls.size < selection.keys.length
      ? ExitCode.unhealthy
      : ExitCode.ok;
  });
}

function histogram({ many }: Subject, counts: readonly number[], forEver: number) {
  const rows = ENDS.map(([text], at) => [text, counts[at] ?? 0] as const);
  return {
    data: {
      ttl: rows.map(([text, count], at) => ({
        text,
        belowMilliseconds: Number.isFinite(ENDS[at]?.[1]) ? ENDS[at]?.[1] : null,
        [many]: count,
      })),
      withoutTtl: forEver,
    },
    text: table(
      ["TTL", many.toUpperCase()],
      [...rows, [FOR_EVER, forEver] as const].map(([text, count]) => [text, grouped(count)]),
    ),
  };
}

function eachOf({ keys = [], subject, ...others }: Selection, ttls: ReadonlyMap<string, number>) {
  const rows = keys.map((key) => ({ key: keyText(key), ttl: ttls.get(keyText(key)) }));
  const absent = isFiltered({ ...others, subject }) ? `${GONE}, or another filter does not hold` : GONE;
  return {
    data: {
      [subject.many]: rows.map(({ key, ttl }) => ({
        key,
        matches: ttl !== undefined,
        ttlMilliseconds: ttl ?? -2,
      })),
    },
    text: table(
      ["KEY", "TTL"],
      rows.map(({ key, ttl }) => [key, ttl === undefined ? absent : ttl < 0 ? FOR_EVER : ttlText(ttl)]),
    ),
  };
}
