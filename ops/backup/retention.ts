import type { Manifest } from "./manifest";

export interface RetentionPolicy {
  /** The newest so many are kept. */
  readonly keepLast: number;
  /** Those that were begun less than this before `now` are kept as well. */
  readonly keepForSeconds: number;
  readonly now: Date;
}

/** So much may the clocks of two machines differ. */
const CLOCKS_DIFFER_MS = 5 * 60_000;

/**
 * Whether a backup was made by a clock that was wrong: begun, by its manifest or by its id, more than five minutes after
 * `now`. It is no newer than others, so it neither counts nor goes.
 */
export function isOfFuture({ id, startedAt }: Pick<Manifest, "id" | "startedAt">, now: Date): boolean {
  const latest = now.getTime() + CLOCKS_DIFFER_MS;
  return Date.parse(startedAt) > latest || id.slice(0, MOMENT.length) > idMoment(new Date(latest));
}

const MOMENT = "YYYYMMDDTHHMMSSZ";

/** A moment as ids begin with it. */
export function idMoment(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** What nobody has to keep, the oldest first. Never the newest, whatever the policy says, and none of the future. */
export function expiredBackups(
  manifests: readonly Manifest[],
  { keepLast, keepForSeconds, now }: RetentionPolicy,
): readonly Manifest[] {
  return newestFirst(manifests.filter((manifest) => !isOfFuture(manifest, now)))
    .slice(Math.max(1, keepLast))
    .filter(({ startedAt }) => now.getTime() - Date.parse(startedAt) >= keepForSeconds * 1000)
    .reverse();
}

/** By the moment at which they were begun; those of the same moment by their ids. */
export function newestFirst(manifests: readonly Manifest[]): readonly Manifest[] {
  return [...manifests].sort(byAge);
}

/** Negative when `one` is newer. */
export function byAge(one: Manifest, other: Manifest): number {
  return (
    Date.parse(other.startedAt) - Date.parse(one.startedAt) ||
    (one.id < other.id ? 1 : one.id > other.id ? -1 : 0)
  );
}
