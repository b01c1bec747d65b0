import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import { ttlText } from "../amounts";
import { ExitCode } from "../exit-code";
import { findKeys } from "../keys/find-keys";
import { type FilterFlags, readFilters } from "../keys/key-filters";
import { keyText } from "../keys/key-text";
import type { SeenKey } from "../keys/read-stored";
import { runSearch } from "../keys/run-on-keys";
import { countText, SESSIONS } from "../keys/subject";
import { tallyText } from "../keys/tally-text";
import { readLimit } from "../read-limit";
import { maskSecrets } from "../sessions/mask-secrets";
import { sessionData } from "../sessions/session-texts";
import { json, type Terminal, table, visible } from "../terminal";

/** Sessions that are shown unless told otherwise, and at most. */
const LIMIT = 10;
const MAX_LIMIT = 1000;

/**
 * `redis-ops sessions show`: every field of a session. What looks like a secret is hidden unless `reveal`. Exit code 1 when
 * none matches.
 */
export async function sessionsShow(
  stack: ResolvedStack,
  options: FilterFlags & { readonly limit?: string; readonly reveal: boolean; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const limit = readLimit(options.limit, LIMIT, MAX_LIMIT, problems);
  problems.throwIfAny();
  const selection = readFilters(stack, options);
  return runSearch(stack, selection, { ttl: true, fields: "all" }, terminal, async (search) => {
    const { tally, now } = search;
    const shown: SeenKey[] = [];
    for await (const sessions of findKeys(search)) {
      shown.push(...sessions.slice(0, limit - shown.length));
      if (tally.matched > shown.length) {
        break;
      }
    }
    const fieldsOf = ({ fields }: SeenKey) => maskSecrets(fields, options.reveal) as object | undefined;
    if (options.json) {
      const sessions = shown.map((session) => ({
        ...sessionData(session, now),
        fields: fieldsOf(session) ?? null,
      }));
      terminal.out(json({ stack: stack.id, filters: selection.told, sessions }));
    } else if (shown.length > 0) {
      terminal.out(shown.map((session) => textOf(session, fieldsOf(session))).join("\n\n"));
    }
    terminal.err(
      tally.matched > shown.length
        ? `${countText(SESSIONS, shown.length)} shown, and more match. Next: --limit for more`
        : tallyText(tally),
    );
    if (shown.length === 0) {
      terminal.err(
        `none matches. Next: bin/redis-ops sessions list ${stack.id}, for what the filters can say`,
      );
    }
    return shown.length > 0 ? ExitCode.ok : ExitCode.unhealthy;
  });
}

function textOf({ key, ttl, store }: SeenKey, fields: object | undefined): string {
  const rows =
    fields === undefined
      ? [
          [
            store.format === undefined
              ? "no format is declared"
              : `cannot be read as ${store.format.encoding}`,
          ],
        ]
      : Object.entries(fields).map(([name, value]) => [
          visible(name),
          visible(typeof value === "string" ? value : (JSON.stringify(value) ?? "")),
        ]);
  return [`${keyText(key)}  TTL: ${ttlText(ttl)}`, table([], rows).replace(/^/gm, "  ")].join("\n");
}
