import rules from "./rules.json";
import type { DirectiveFact } from "./table";
import texts from "./texts.json";
import units from "./units.json";
import type { Word } from "./word";

/** What the value of a directive looks like. */
export interface Shape {
  /** Redis takes these words once. */
  readonly words: readonly NamedWord[];
  /** Whether it takes them again and again, each time after the other. */
  readonly repeated: boolean;
  /** Whether it takes `""` in place of any word. */
  readonly empty: boolean;
  /** Why a value is refused that the engine itself would take. */
  readonly why?: string;
}

export type NamedWord = Word & { readonly called?: string };

/** A word as `rules.json` and the tables have it. */
interface WordFact extends Pick<DirectiveFact, "values" | "refused" | "min" | "max" | "maxPercent"> {
  readonly type: DirectiveFact["type"] | "decimal";
  readonly called?: string;
  readonly zero?: boolean;
  readonly minPercent?: string;
}

/** What a directive has to keep to beside what its engine says: a smaller range, or what its text means. */
interface Rule extends Partial<Pick<WordFact, "min" | "max" | "zero" | "minPercent">> {
  /** A row of `texts.json`. */
  readonly text?: keyof typeof texts;
  /** Words that are taken again and again. */
  readonly words?: readonly WordFact[];
  readonly empty?: boolean;
  readonly why?: string;
}

const RULES = new Map(Object.entries(rules as Readonly<Record<string, Rule>>));
const UNITS: Readonly<Record<string, readonly string[]>> = units.directives;

/** The unit of a directive's numbers, or undefined for a count. `names`: its name and its aliases. */
export function unitOf(names: readonly string[]): string | undefined {
  return Object.keys(UNITS).find((unit) => names.some((name) => UNITS[unit]?.includes(name)));
}

/** How the value of a directive is written, or undefined for a text of which no rule says what it means. */
export function shapeOf(names: readonly string[], fact: DirectiveFact): Shape | undefined {
  const rule: Rule = names.map((name) => RULES.get(name)).find((found) => found !== undefined) ?? {};
  const facts: readonly WordFact[] = rule.words ?? [{ ...fact, ...rule }];
  const words = facts.flatMap((word) => {
    const read = rule.text === undefined ? wordOf(word, unitOf(names)) : textOf(rule.text);
    return read === undefined ? [] : [word.called === undefined ? read : { ...read, called: word.called }];
  });
  return words.length < facts.length
    ? undefined
    : {
        words,
        repeated: rule.words !== undefined,
        empty: rule.empty ?? false,
        ...(rule.why === undefined ? {} : { why: rule.why }),
      };
}

function wordOf(fact: WordFact, unit: string | undefined): Word | undefined {
  const range = { min: BigInt(fact.min ?? 0), max: BigInt(fact.max ?? 0) };
  const zero = fact.zero ?? false;
  switch (fact.type) {
    case "yes-or-no":
    case "choice": {
      const values = fact.values ?? ["yes", "no"];
      return { type: "choice", values: values.filter((value) => !fact.refused?.includes(value)) };
    }
    case "number":
      return { type: "number", ...range, ...(unit === undefined ? {} : { unit }) };
    case "decimal":
      return { type: "decimal", ...range };
    case "memory":
      return { type: "memory", ...range, zero };
    case "memory-or-percent": {
      const [minPercent, maxPercent] = [BigInt(fact.minPercent ?? 0), BigInt(fact.maxPercent ?? 0)];
      return { type: "memory-or-percent", ...range, zero, minPercent, maxPercent };
    }
    default:
      return undefined;
  }
}

function textOf(name: keyof typeof texts): Word {
  const { pattern, expected, examples } = texts[name];
  return { type: "text", pattern: new RegExp(pattern), expected, examples };
}
