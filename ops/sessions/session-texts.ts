import { ageText, ttlText } from "../amounts";
import type { Sample } from "../keys/change-keys";
import { hasRole, type Role } from "../keys/key-filters";
import { keyText } from "../keys/key-text";
import { dateOf, ownerOf, type SeenKey } from "../keys/read-stored";
import type { KeyRun } from "../keys/run-on-keys";
import { table, visible } from "../terminal";

const COLUMNS: readonly (readonly [Role, string, (session: SeenKey, now: number) => string])[] = [
  ["user", "USER", (session) => ownerText(session, "user")],
  ["organisation", "ORGANISATION", (session) => ownerText(session, "organisation")],
  ["createdAt", "CREATED", (session, now) => agoText(session, "createdAt", now)],
  ["lastActivity", "LAST ACTIVITY", (session, now) => agoText(session, "lastActivity", now)],
];

/**
 * The sessions as people read them. Left out: what the format of none of their stores says. `now`: milliseconds since 1970.
 */
export function sessionTable(sessions: readonly SeenKey[], now: number): string {
  const columns = COLUMNS.filter(([role]) => sessions.some(({ store }) => hasRole(store, role)));
  return table(
    ["KEY", ...columns.map(([, head]) => head), "TTL"],
    sessions.map((session) => [
      keyText(session.key),
      ...columns.map(([, , text]) => text(session, now) || "-"),
      ttlText(session.ttl),
    ]),
  );
}

/** The same for scripts. Times in ISO 8601; null: not known. */
export function sessionData(session: SeenKey, now: number) {
  const iso = (role: "createdAt" | "lastActivity") => {
    const date = dateOf(session, role, now);
    return date === undefined ? null : new Date(date).toISOString();
  };
  return {
    key: keyText(session.key),
    store: session.store.keys,
    readable: session.fields !== undefined,
    user: ownerOf(session, "user") ?? null,
    organisation: ownerOf(session, "organisation") ?? null,
    createdAt: iso("createdAt"),
    lastActivity: iso("lastActivity"),
    ttlMilliseconds: session.ttl === undefined || session.ttl < 0 ? null : session.ttl,
  };
}

/** Some of them, as `sessions list` shows them. */
export async function sessionSample({ now }: KeyRun, sessions: readonly SeenKey[]): Promise<Sample> {
  return {
    text: sessionTable(sessions, now),
    rows: sessions.map((session) => sessionData(session, now)),
  };
}

function agoText(session: SeenKey, role: "createdAt" | "lastActivity", now: number): string {
  const date = dateOf(session, role, now);
  if (date !== undefined) {
    return date > now ? "in the future" : `${ageText((now - date) / 1000)} ago`;
  }
  return session.store.format?.[role] === undefined
    ? ""
    : session.fields === undefined
      ? UNREADABLE
      : "no date";
}

const UNREADABLE = "cannot be read";
const MAX_SHOWN = 60;

/** What names no user, as far as anybody can tell, is empty. */
function ownerText(session: SeenKey, role: "user" | "organisation"): string {
  if (session.fields === undefined && session.store.format?.[role] !== undefined) {
    return UNREADABLE;
  }
  const line = visible(ownerOf(session, role) ?? "");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
