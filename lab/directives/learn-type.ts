/** What an engine takes as the value of a directive, as far as the engine itself tells. */
export interface ValueType {
  readonly type:
    | "yes-or-no"
    | "choice"
    | "choices"
    | "number"
    | "octal"
    | "memory"
    | "memory-or-percent"
    | "text"
    | "texts";
  /** Members of a choice, as CONFIG GET shows them. */
  readonly values?: readonly string[];
  /** Inclusive, in decimal (octal for `octal`): JSON's numbers end at 2^53. Bytes for memory. */
  readonly min?: string;
  readonly max?: string;
  readonly maxPercent?: string;
  /** Members that an engine built like this one refuses, e.g. `yes` where active defragmentation is not compiled in. */
  readonly refused?: readonly string[];
}

/** The reason why the engine refuses a line, or undefined. Lines are asked in one go where possible. */
export type Refusal = (line: string) => string | undefined;

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** No value of any type but text: too long for a name, no number, no member of a choice. */
const NONSENSE = "no.such-value";

const NUMBERS = [`-${INT64_MAX + 1n}`, `${INT64_MAX}`];
const AMOUNTS = ["0", `${INT64_MAX}`, `${INT64_MAX + 1n}`, `${UINT64_MAX}`];
const TOO_OCTAL = "7".repeat(20);

const TYPE_OF_REFUSAL: readonly (readonly [RegExp, ValueType["type"]])[] = [
  [/^argument must be 'yes' or 'no'$/, "yes-or-no"],
  [/^argument\(s\) must be one of the following: /, "choice"],
  [/^argument couldn't be parsed into an integer$/, "number"],
  [/^argument couldn't be parsed as an octal number$/, "octal"],
  [/^argument must be a memory value$/, "memory"],
  [/^argument must be a memory or percent value$/, "memory-or-percent"],
];

/** The lines about a directive that `typeOf` asks for first, whatever its type is. */
export function firstLines(name: string): readonly string[] {
  return [NONSENSE, `${NONSENSE} ${NONSENSE}`, [NONSENSE, NONSENSE, NONSENSE].join(" ")].map(
    (value) => `${name} ${value}`,
  );
}

/** The lines that it asks for then, once the refusals of the first ones are known. */
export function secondLines(name: string, refusal: Refusal): readonly string[] {
  const { type, values = [] } = withoutRange(name, refusal);
  const pairs = values.slice(1).map((value) => `${values[0]} ${value}`);
  const asked: Partial<Record<ValueType["type"], readonly string[]>> = {
    "yes-or-no": ["yes", "no"],
    choice: [...values, ...pairs],
    number: NUMBERS,
    octal: [TOO_OCTAL],
    memory: AMOUNTS,
    "memory-or-percent": AMOUNTS,
  };
  return (asked[type] ?? []).map((value) => `${name} ${value}`);
}

/** The type of a directive, from what the engine says of `firstLines` and `secondLines`. */
export function typeOf(name: string, refusal: Refusal): ValueType {
  const known = withoutRange(name, refusal);
  const of = (value: string) => refusal(`${name} ${value}`);
  switch (known.type) {
    case "yes-or-no":
      return { ...known, ...refusedOf(["yes", "no"], of) };
    case "choice": {
      const [first, second] = known.values ?? [];
      const type = of(`${first} ${second}`) === undefined ? "choices" : "choice";
      return { ...known, type, ...refusedOf(known.values ?? [], of) };
    }
    case "number":
      return { ...known, ...(rangeIn(NUMBERS.map(of)) ?? rangeOf(NUMBERS)) };
    case "octal":
      return { ...known, ...rangeIn([of(TOO_OCTAL)]) };
    case "memory":
      return { ...known, ...(rangeIn(AMOUNTS.map(of)) ?? { min: "0", max: `${UINT64_MAX}` }) };
    case "memory-or-percent":
      // A percentage is a negative number to Redis, so an amount of 2^63 or more is read as one.
      return { ...known, min: "0", max: `${INT64_MAX}`, ...percentIn(of(`${INT64_MAX + 1n}`)) };
    default:
      return known;
  }
}

function withoutRange(name: string, refusal: Refusal): ValueType {
  const [one, ...more] = firstLines(name).map(refusal);
  const type = TYPE_OF_REFUSAL.find(([words]) => words.test(one ?? ""))?.[1];
  if (type === undefined) {
    return { type: more.every((reason) => reason === "wrong number of arguments") ? "text" : "texts" };
  }
  return type === "choice" ? { type, values: membersIn(one ?? "") } : { type };
}

function membersIn(reason: string): readonly string[] {
  return reason.slice(reason.indexOf(": ") + 2).split(", ");
}

function refusedOf(values: readonly string[], of: Refusal): Pick<ValueType, "refused"> {
  const refused = values.filter((value) => of(value) !== undefined);
  return refused.length === 0 ? {} : { refused };
}

function rangeIn(reasons: readonly (string | undefined)[]): Pick<ValueType, "min" | "max"> | undefined {
  for (const reason of reasons) {
    const [, min, max] = /^argument must be between (-?\d+) and (\d+) inclusive$/.exec(reason ?? "") ?? [];
    if (min !== undefined && max !== undefined) {
      return { min, max };
    }
  }
  return undefined;
}

function rangeOf([min = "", max = ""]: readonly string[]): Pick<ValueType, "min" | "max"> {
  return { min, max };
}

function percentIn(reason: string | undefined): Pick<ValueType, "maxPercent"> {
  const [, maxPercent] = /^percentage argument must be less or equal to (\d+)$/.exec(reason ?? "") ?? [];
  return maxPercent === undefined ? {} : { maxPercent };
}
