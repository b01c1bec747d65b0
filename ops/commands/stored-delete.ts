import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import type { ExitCode } from "../exit-code";
import { type ChangeFlags, changeKeys, type KeyChange } from "../keys/change-keys";
import { isFiltered, type Selection } from "../keys/key-filters";
import { type ChoiceFlags, readChoice } from "../stores/read-choice";
import { readFacts } from "../stores/read-facts";
import {
  dataOf,
  headOf,
  holderDigest,
  LOCKS_GROUP,
  RATE_LIMITS_GROUP,
  rowOf,
  type StoreGroup,
} from "../stores/store-group";
import { type Terminal, table } from "../terminal";

/** Some keys as the list of their group shows them. */
export const sampleOf =
  (group: StoreGroup, isRevealed = false): KeyChange["sample"] =>
  async ({ live, now }, keys) => {
    const facts = await readFacts(live, keys, now);
    return {
      text: table(
        headOf(group),
        facts.map((one) => rowOf(group, one, isRevealed)),
      ),
      rows: facts.map((one) => dataOf(group, one, isRevealed)),
    };
  };

const UNLINK = {
  commands: (keys) => keys.map(({ key }) => ["UNLINK", key]),
  data: () => ({}),
} satisfies Partial<KeyChange>;

/**
 * `redis-ops locks release`: removes locks, each only if nobody has touched it since it was looked at; with `holder` only
 * those that this one holds. Shows which, and with `yes` does it. Whoever held one is not told. Exit code 1: some are left,
 * since somebody kept changing them.
 */
export async function locksRelease(
  stack: ResolvedStack,
  options: ChoiceFlags & ChangeFlags & { readonly holder?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const { holder } = options;
  const selection = heldBy(readChoice(stack, options, LOCKS_GROUP.subject), holder);
  const others = new Set<string>();
  return changeKeys(
    stack,
    selection,
    // A holder is a filter as well.
    { ...options, all: options.all || (holder !== undefined && !isFiltered(selection)) },
    {
      ...UNLINK,
      name: "release",
      done: "released",
      hint: `${holder === undefined ? ", and --holder DIGEST, as HOLDER says it, to release only what the same one holds then" : `; only what ${holder} holds then is released`}; whoever holds a lock is not told, and works on as if it still did`,
      sample: sampleOf(LOCKS_GROUP),
      ...(holder === undefined
        ? {}
        : {
            meant: async ({ live, now }, keys) => {
              const held = (await readFacts(live, keys, now))
                .filter((facts) => holderDigest(facts) === holder)
                .map(({ key }) => key.toString("latin1"));
              const name = ({ key }: { readonly key: Buffer }) => key.toString("latin1");
              for (const key of keys.map(name).filter((key) => !held.includes(key))) {
                others.add(key);
              }
              return keys.filter((key) => held.includes(name(key)));
            },
          }),
      told: () => [
        "whoever held one may still be at work",
        ...(others.size > 0 ? [`${others.size} left, which somebody else holds`] : []),
      ],
      data: () => (holder === undefined ? {} : { heldByOthers: others.size }),
    },
    terminal,
  );
}

/** The selection as it is told with the holder. */
function heldBy(selection: Selection, holder: string | undefined): Selection {
  if (holder === undefined) {
    return selection;
  }
  if (!HOLDER.test(holder)) {
    throw new InvalidInputError([
      {
        field: "--holder",
        got: JSON.stringify(holder),
        expected: "12 hexadecimal digits",
        fix: "write it as locks list prints it without --reveal",
      },
    ]);
  }
  return {
    ...selection,
    told: [...(selection.told === "" ? [] : [selection.told]), `--holder ${holder}`].join(" "),
  };
}

const HOLDER = /^[0-9a-f]{12}$/;

/** `redis-ops rate-limits reset`: removes limits, so that they count from nothing. The same otherwise; `reveal` shows whole keys. */
export async function rateLimitsReset(
  stack: ResolvedStack,
  options: ChoiceFlags & ChangeFlags & { readonly reveal?: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  return changeKeys(
    stack,
    readChoice(stack, options, RATE_LIMITS_GROUP.subject),
    options,
    {
      ...UNLINK,
      name: "reset",
      done: "reset",
      sample: sampleOf(RATE_LIMITS_GROUP, options.reveal),
      told: () => [],
    },
    terminal,
  );
}
