import type { Tally } from "./find-keys";
import { needsValue, type Selection } from "./key-filters";
import { grouped } from "./progress";
import { countText, SESSIONS, type Subject } from "./subject";

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
