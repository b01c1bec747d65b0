import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText } from "../amounts";
import { keyText } from "../keys/key-text";
import { grouped } from "../keys/progress";
import { countText, SESSIONS, type Subject } from "../keys/subject";
import { table, visible } from "../terminal";
import type { Tally } from "./find-sessions";
import { dateOf, ownerOf, type Session } from "./read-sessions";
import { hasRole, needsValue, type Role, type Selection } from "./session-filters";

/** What was looked at, in one line. */
export function tallyText(
  { keys, matched, unreadable, withoutDate, gone }: Tally,
  subject: Subject = SESSIONS,
): string {
  const rest = [
    [withoutDate, "without a date, which no filter of an age matches"],
    [gone, "gone before they were read"],
  ] as const;
  const unread = unreadable > 0 ? `, of which ${grouped(unreadable)} could not be read` : "";
  return [
    `${countText(subject, keys)} looked at${unread}; ${grouped(matched)} ${matched === 1 ? "matches" : "match"}`,
    ...rest.filter(([count]) => count > 0).map(([count, text]) => `${grouped(count)} ${text}`),
  ].join("; ");
}

/** How what could not be read, and therefore was left, can be meant. Undefined: nothing was left for it. */
export function unreadableText({ unreadable }: Tally, selection: Selection): string | undefined {
  if (unreadable === 0 || selection.readableOnly !== true) {
    return undefined;
  }
  return needsValue({ ...selection, readableOnly: false })
    ? "no filter of a field or an age means what cannot be read. Next: choose it by --match, with --unreadable"
    : "what cannot be read is left. Next: add --unreadable to mean it, too";
}

/** `matching --user "ann"`, or that all are meant. */
export const toldFilters = ({ told }: Selection) =>
  told === "" ? "without any filter" : `with ${visible(told)}`;

const COLUMNS: readonly (readonly [Role, string, (session: Session, now: number) => string])[] = [
  ["user", "USER", (session) => ownerText(session, "user")],
  ["organisation", "ORGANISATION", (session) => ownerText(session, "organisation")],
  ["createdAt", "CREATED", (session, now) => agoText(session, "createdAt", now)],
  ["lastActivity", "LAST ACTIVITY", (session, now) => agoText(session, "lastActivity", now)],
];

/**
 * The sessions as people read them. Left out: what the format of none of their stores says. `now`: milliseconds since 1970.
 */
export function sessionTable(sessions: readonly Session[], now: number): string {
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
export function sessionData(session: Session, now: number) {
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

/** What PTTL says, in words. @param ttl - milliseconds, or -1 */
export function ttlText(ttl: number | undefined): string {
  return ttl === undefined ? "" : ttl < 0 ? "stays for ever" : ageText(ttl / 1000);
}

function agoText(session: Session, role: "createdAt" | "lastActivity", now: number): string {
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
function ownerText(session: Session, role: "user" | "organisation"): string {
  if (session.fields === undefined && session.store.format?.[role] !== undefined) {
    return UNREADABLE;
  }
  const line = visible(ownerOf(session, role) ?? "");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** First line of what a command says of a stack. */
export const headline = ({ id }: ResolvedStack, count: number, selection: Selection) =>
  `${id}: ${countText(selection.subject, count)} ${count === 1 ? "matches" : "match"} ${toldFilters(selection)}`;
