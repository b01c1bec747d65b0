import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { keyText } from "../keys/key-text";
import type { StoredKey } from "../keys/read-stored";
import { runOnKeys } from "../keys/run-on-keys";
import { shownKey } from "../keys/shown-key";
import { storeOf } from "../keys/store-of";
import { readChoice } from "../stores/read-choice";
import { type Facts, readFacts } from "../stores/read-facts";
import { dataOf, type StoreGroup } from "../stores/store-group";
import { json, type Terminal, table, visible } from "../terminal";

/**
 * `redis-ops cache show`, `locks show`, `rate-limits show`: everything that is told of keys. What they hold is shown with
 * `reveal` alone: of a string the first 1024 bytes, of a small hash its fields. Exit code 1: one of them is not there.
 */
export async function storedShow(
  stack: ResolvedStack,
  keys: readonly string[],
  options: { readonly reveal: boolean; readonly json: boolean },
  terminal: Terminal,
  group: StoreGroup,
): Promise<ExitCode> {
  const { subject } = group;
  const {
    keys: chosen = [],
    allStores,
    stores,
  } = readChoice(stack, { key: keys, withoutTtl: false }, subject);
  if (chosen.length === 0) {
    throw new InvalidInputError([
      {
        field: `${subject.command} show`,
        got: "no key",
        expected: `keys of ${stores.map((store) => store.keys).join(", ")}`,
        fix: `write them as ${subject.command} list prints them`,
      },
    ]);
  }
  return runOnKeys(
    stack,
    terminal,
    () => "nothing was changed",
    async ({ live, now }) => {
      const stored = chosen.flatMap((key): StoredKey[] => {
        const store = storeOf(allStores, key);
        return store === undefined ? [] : [{ key, store }];
      });
      const facts = await readFacts(live, stored, now);
      const all = facts.map((one) => ({
        ...dataOf(group, one, options.reveal),
        length: one.length,
        memoryBytes: one.memoryBytes,
        ...windowOf(one),
        ...(options.reveal ? { holds: contentOf(one) } : {}),
      }));
      if (options.json) {
        terminal.out(json({ stack: stack.id, [subject.many]: all }));
      } else if (all.length > 0) {
        terminal.out(all.map(textOf).join("\n\n"));
      }
      const found = new Set(facts.map(({ key }) => key.toString("latin1")));
      const absent = stored
        .filter(({ key }) => !found.has(key.toString("latin1")))
        .map(({ store, key }) => shownKey(store, key, options.reveal));
      if (absent.length > 0) {
        terminal.err(
          `not there: ${absent.join(", ")}. Next: bin/redis-ops ${subject.command} list ${stack.id}`,
        );
      }
      return absent.length > 0 ? ExitCode.unhealthy : ExitCode.ok;
    },
  );
}

const windowOf = ({ window }: Facts) =>
  window === undefined
    ? {}
    : { oldest: new Date(window.oldest).toISOString(), newest: new Date(window.newest).toISOString() };

const contentOf = ({ start, fields }: Facts) =>
  start !== undefined
    ? start.toString()
    : fields === undefined
      ? null
      : Object.fromEntries(fields.map(([name, value]) => [keyText(name), value.toString()]));

function textOf({ key, ...facts }: { readonly key: string } & Readonly<Record<string, unknown>>): string {
  const rows = Object.entries(facts).flatMap(([name, value]) =>
    value === null
      ? name === "ttlMilliseconds"
        ? [[name, "none: it stays for ever"]]
        : []
      : [[name, visible(typeof value === "string" ? value : JSON.stringify(value))]],
  );
  return [key, table([], rows).replace(/^/gm, "  ")].join("\n");
}
