import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText } from "../backup/amounts";
import { keyText } from "../keys/key-text";
import { grouped } from "../keys/progress";
import { countText, SESSIONS, type Subject } from "../keys/subject";
import { table, visible } from "../terminal";
import type { Tally } from "./find-sessions";
import { dateOf, ownerOf, type Session } from "./read-sessions";
import type { Selection } from "./session-filters";

/** What was looked at, in one line. */
export function tallyText(
  { keys, read, matched, unreadable, withoutDate, gone }: Tally,
  subject: Subject = SESSIONS,
): string {
  const rest = [
    [unreadable, "cannot be read, and so do not match"],
    [withoutDate, "have no date, so that no filter of an age matches them"],
    [gone, "were gone before they were read"],
  ] as const;
  return [
    `${countText(subject, keys)} looked at, ${grouped(read)} read, ${grouped(matched)} match`,
    ...rest.filter(([count]) => count > 0).map(([count, text]) => `${grouped(count)} ${text}`),
  ].join("; ");
}

/** `matching --user "ann"`, or that all are meant. */
export const toldFilters = ({ told }: Selection) =>
  told === "" ? "without any filter" : `with ${visible(told)}`;

/** The sessions as people read them. `now`: milliseconds since 1970. */
export function sessionTable(sessions: readonly Session[], now: number): string {
  return table(
    ["KEY", "USER", "ORGANISATION", "CREATED", "LAST ACTIVITY", "TTL"],
    sessions.map((session) => [
      keyText(session.key),
      short(ownerOf(session, "user")),
      short(ownerOf(session, "organisation")),
      agoText(session, "createdAt", now),
      agoText(session, "lastActivity", now),
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
      ? "cannot be read"
      : "no date";
}

const MAX_SHOWN = 60;

function short(text: string | undefined): string {
  const line = visible(text ?? "");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}

/** First line of what a command says of a stack. */
export const headline = ({ id }: ResolvedStack, count: number, selection: Selection) =>
  `${id}: ${countText(selection.subject, count)} ${count === 1 ? "matches" : "match"} ${toldFilters(selection)}`;
