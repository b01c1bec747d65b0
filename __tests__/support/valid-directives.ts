import fc from "fast-check";
import { directiveOf, type SettableDirective, settableDirectives } from "../../config/directives";
import type { Shape } from "../../config/directives/shape";
import type { Word } from "../../config/directives/word";

/** A directive as a service writes it, and as CONFIG GET shows it. */
export interface WrittenDirective {
  readonly name: string;
  /** The directive's own name. */
  readonly directive: string;
  readonly value: string;
  readonly shown: string;
}

interface Written {
  readonly text: string;
  readonly shown: string;
}

/** Up to five directives of those that a service may set for an engine of `version`, each once. */
export function validDirectives(version: string): fc.Arbitrary<readonly WrittenDirective[]> {
  const all = settableDirectives(version).map((directive) => written(directive, version));
  return fc
    .oneof(fc.constant([]), fc.array(fc.nat(all.length - 1), { minLength: 1, maxLength: 5 }))
    .chain((indexes) => fc.tuple(...indexes.flatMap((index) => all[index] ?? [])))
    .map((chosen) => [...new Map(chosen.map((one) => [one.directive, one])).values()]);
}

function written(settable: SettableDirective, version: string): fc.Arbitrary<WrittenDirective> {
  const { name, directive } = settable;
  return wordsOf(settable).map((words) => ({
    name,
    directive,
    value: words.map(({ text }) => text).join(" "),
    shown:
      directive === "client-output-buffer-limit"
        ? shownLimits(directiveOf(version, name)?.default ?? "", words)
        : words.map(({ shown }) => shown).join(" "),
  }));
}

function wordsOf({ words, repeated, empty }: Shape): fc.Arbitrary<readonly Written[]> {
  const once = fc.tuple(...words.map(wordOf));
  const value = repeated
    ? fc.array(once, { minLength: 1, maxLength: 3 }).map((rounds) => rounds.flat())
    : once;
  return empty ? fc.oneof(value, fc.constant([{ text: '""', shown: "" }])) : value;
}

function wordOf(word: Word): fc.Arbitrary<Written> {
  switch (word.type) {
    case "choice":
      return fc
        .tuple(fc.constantFrom(...word.values), fc.boolean())
        .map(([value, shout]) => ({ text: shout ? value.toUpperCase() : value, shown: value }));
    case "number":
      return inBigRange(word.min, word.max).map((value) => ({ text: `${value}`, shown: `${value}` }));
    case "decimal":
      return inBigRange(word.min * 1_000_000n, word.max * 1_000_000n)
        .map((millionths) => {
          const shown = `${Number(millionths) / 1_000_000}`;
          return { text: shown, shown };
        })
        .filter(({ text }) => !text.includes("e"));
    case "memory":
      return memory(word);
    case "memory-or-percent":
      return fc.oneof(
        memory(word),
        inBigRange(word.minPercent, word.maxPercent).map((percent) => ({
          text: `${percent}%`,
          shown: percent === 0n ? "0" : `${percent}%`,
        })),
      );
    case "text":
      return fc.constantFrom(...word.examples).map((text) => ({
        text: text === "" || text.includes(" ") ? `"${text}"` : text,
        shown: text,
      }));
  }
}

/** Redis' units: `k` is 1000 bytes and `kb` is 1024. */
const BYTES = {
  "": 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 10n ** 6n,
  mb: 1024n ** 2n,
  g: 10n ** 9n,
  gb: 1024n ** 3n,
};

function memory({ min, max, zero }: { min: bigint; max: bigint; zero: boolean }): fc.Arbitrary<Written> {
  const usable = Object.entries(BYTES).filter(([, each]) => (min + each - 1n) / each <= max / each);
  const amount = fc.constantFrom(...usable).chain(([unit, each]) =>
    inBigRange((min + each - 1n) / each, max / each).map((count) => ({
      text: `${count}${unit}`,
      shown: `${count * each}`,
    })),
  );
  return zero ? fc.oneof({ weight: 3, arbitrary: amount }, fc.constant({ text: "0", shown: "0" })) : amount;
}

function inBigRange(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(fc.constantFrom(min, max), fc.bigInt({ min, max }));
}

/** Redis shows the limits of every class, and of a class that is written twice the last ones. */
function shownLimits(byDefault: string, words: readonly Written[]): string {
  const classes = new Map<string, string>();
  const all = [...byDefault.split(" "), ...words.map(({ shown }) => shown)];
  for (let index = 0; index + 3 < all.length; index += 4) {
    const [name = "", ...limits] = all.slice(index, index + 4);
    classes.set(name === "replica" ? "slave" : name, limits.join(" "));
  }
  return [...classes].map(([name, limits]) => `${name} ${limits}`).join(" ");
}
