import { z } from "zod";
import { fixForUnknownName } from "../core/nearest";
import { escaped } from "../core/printable";
import type { Problem, Problems } from "../core/problem";

/** What a value was expected to be, in the words of people who do not know zod. */
export const EXPECTED = {
  text: "a text in quotes",
  number: "a number",
  flag: "true or false",
  list: "a list",
  object: "an object of fields",
} as const;

/** A value that somebody wrote, and what it should look like. */
export interface Described {
  readonly shape: z.ZodType;
  /** Name of the value in messages. */
  readonly name: string;
  readonly value: unknown;
  /** The file in which its fields are described. */
  readonly describedIn: string;
}

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** Longest piece of a value that is shown. */
const MAX_SHOWN = 60;

/** Notes every place at which the value has another shape; returns whether there is none. */
export function addShapeProblems(
  { shape, name, value, describedIn }: Described,
  problems: Problems,
): boolean {
  const result = shape.safeParse(value);
  for (const issue of (result.error?.issues ?? []).flatMap(ofMeantBranch)) {
    const field = `${name}${shownPath(issue.path)}`;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) {
        problems.add({
          field,
          got: `field ${shown(key)}`,
          expected: "a field that there is",
          fix: fixForKey(key, issue.path, shape),
        });
      }
    } else {
      problems.add({ field, ...problemOf(issue, at(value, issue.path), describedIn) });
    }
  }
  return result.success;
}

/** Of a choice between a word and an object, what is wrong with the one that was written. */
function ofMeantBranch(issue: Issue): readonly Issue[] {
  const meant =
    issue.code === "invalid_union"
      ? issue.errors.find((branch) => branch.length > 0 && branch.every(({ path }) => path.length > 0))
      : undefined;
  return meant?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

function problemOf(issue: Issue, value: unknown, describedIn: string): Omit<Problem, "field"> {
  const got = shown(value);
  if (issue.code === "invalid_value") {
    const choices = issue.values.map(String);
    const expected = `one of ${choices.map(shown).join(", ")}`;
    const fix =
      typeof value === "string" ? fixForUnknownName(value, choices) : `use one of ${choices.join(", ")}`;
    return { got, expected, fix };
  }
  return {
    got,
    expected: issue.message,
    fix: fixForKind(issue.message, value) ?? `write it as ${describedIn} describes it`,
  };
}

/** The very thing to write, where it can be told. */
function fixForKind(expected: string, value: unknown): string | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (expected === EXPECTED.number && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) {
    return `write ${value}, without quotes`;
  }
  if (expected === EXPECTED.text && typeof value === "number") {
    return 'write it in quotes, and a size or a duration with its unit: "256 MiB", "30 s"';
  }
  return expected === EXPECTED.flag ? "write true or false, without quotes" : undefined;
}

/** The place where a field of this name belongs, else the field of this place that has almost this name. */
function fixForKey(key: string, path: Path, shape: z.ZodType): string {
  const [place] = placesOf(key, shape);
  if (place !== undefined) {
    return place === "" ? "move it to the top, beside name" : `move it to ${place.slice(1)}`;
  }
  const here = path.reduce<unknown>((part, name) => {
    const parts = partsOf(part);
    return parts.get(String(name)) ?? parts.get(ANY_INDEX) ?? parts.get(ANY_NAME);
  }, shape);
  return fixForUnknownName(key, [...partsOf(here).keys()]);
}

/** The places at which an object may have a field called `key`, from the outermost on: ``, `.client`, `.stores[…]`. */
function placesOf(key: string, shape: unknown, place = ""): readonly string[] {
  const parts = partsOf(shape);
  const inside = [...parts].flatMap(([name, part]) =>
    placesOf(key, part, name === ANY_INDEX ? `${place}[…]` : `${place}.${name}`),
  );
  return parts.has(key) ? [place, ...inside] : inside;
}

/** What stands for every item of a list, and for every name of a record: only `environments` is one of objects. */
const ANY_INDEX = "[…]";
const ANY_NAME = "<environment>";

/** The shapes of what is inside, by field. */
function partsOf(shape: unknown): ReadonlyMap<string, unknown> {
  if (shape instanceof z.ZodOptional) {
    return partsOf(shape.unwrap());
  }
  if (shape instanceof z.ZodUnion) {
    return new Map(shape.options.flatMap((option) => [...partsOf(option)]));
  }
  if (shape instanceof z.ZodObject) {
    return new Map(Object.entries(shape.shape));
  }
  if (shape instanceof z.ZodRecord) {
    return new Map([[ANY_NAME, shape.valueType]]);
  }
  return new Map(shape instanceof z.ZodArray ? [[ANY_INDEX, shape.element]] : []);
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) => (part !== null && typeof part === "object" ? Reflect.get(part, key) : undefined),
    value,
  );
}

/** Each step as it is written in TypeScript: `.dev`, `[0]`, `["a name with blanks"]`. */
function shownPath(path: Path): string {
  return path
    .map((key) =>
      /^[\w$-]+$/.test(String(key)) && typeof key !== "number" ? `.${String(key)}` : `[${shown(key)}]`,
    )
    .join("");
}

/** The value as it was written, or its beginning, in one line. */
function shown(value: unknown): string {
  return asText(value)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escaped)
    .slice(0, MAX_SHOWN);
}

function asText(value: unknown): string {
  if (value === undefined) {
    return "nothing";
  }
  if (typeof value === "bigint") {
    return `${value}n`;
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // It contains itself, or a bigint.
    return Array.isArray(value) ? "[…]" : "{…}";
  }
}
