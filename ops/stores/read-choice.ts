import type { ResolvedStack } from "../../config/resolve-stack";
import { keysOf } from "../../config/workload";
import { InvalidInputError } from "../../core/problem";
import { readFilters, type Selection } from "../keys/key-filters";
import { literal } from "../keys/store-of";
import type { Subject } from "../keys/subject";

/** Which keys of the stores of a kind a person means. All of it must hold. */
export interface ChoiceFlags {
  readonly store?: string;
  readonly key: readonly string[];
  readonly match?: string;
  readonly ttlBelow?: string;
  readonly withoutTtl: boolean;
}

/**
 * Reads the flags. A pattern is applied within the stores of the kind alone; one that could mean keys of another kind as well
 * is refused all the same, unless `--store` says which are meant.
 * @throws InvalidInputError with everything that is wrong
 */
export function readChoice(stack: ResolvedStack, flags: ChoiceFlags, subject: Subject): Selection {
  const selection = readFilters(stack, { ...flags, where: [] }, subject);
  const { match } = flags;
  if (match === undefined || flags.store !== undefined) {
    return selection;
  }
  const start = literal(match);
  const isIn = (pattern: string) => start.startsWith(literal(pattern));
  const others = keysOf(stack.props.stores).filter(
    ({ kind, keys }) =>
      kind !== subject.kind &&
      (literal(keys).startsWith(start) ||
        (isIn(keys) &&
          !selection.stores.some(
            (own) => isIn(own.keys) && literal(own.keys).length > literal(keys).length,
          ))),
  );
  if (others.length > 0) {
    throw new InvalidInputError([
      {
        field: "--match",
        got: `${JSON.stringify(match)}, which keys of ${others.map(({ kind, keys }) => `${keys} (${kind})`).join(", ")} can match, too`,
        expected: `a pattern for keys of ${selection.stores.map(({ keys }) => keys).join(", ")} alone`,
        fix: "write more of the start of the keys, or choose with --store",
      },
    ]);
  }
  return selection;
}
