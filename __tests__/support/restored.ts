import type { ResolvedStack } from "../../config/resolve-stack";
import { restore } from "../../ops/commands/restore";
import type { RestoreOptions } from "../../ops/restore/restore-problems";
import { type Recorded, recorded } from "./recorded";

/** Options of `redis-ops restore <stack> --yes`, without what is to become of the data. */
export const YES = {
  match: [],
  undo: false,
  empty: false,
  repair: false,
  discard: false,
  yes: true,
  json: false,
} as const satisfies RestoreOptions;

/** What `redis-ops restore <stack> --yes` says with these options. */
export function restored(
  { resolved }: { readonly resolved: ResolvedStack },
  options: Partial<RestoreOptions>,
  of: { readonly resolved: ResolvedStack } = { resolved },
): Promise<Recorded> {
  return recorded((terminal) => restore(resolved, of.resolved, { ...YES, ...options }, terminal));
}
