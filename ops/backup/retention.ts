import type { Manifest } from "./manifest";

export interface RetentionPolicy {
  /** The newest so many are kept. */
  readonly keepLast: number;
  /** Those that were begun less than this before `now` are kept as well. */
  readonly keepForSeconds: number;
  readonly now: Date;
}

/** What nobody has to keep, the oldest first. Never the newest, whatever the policy says. */
export function expiredBackups(
  manifests: readonly Manifest[],
  { keepLast, keepForSeconds, now }: RetentionPolicy,
): readonly Manifest[] {
  return newestFirst(manifests)
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
