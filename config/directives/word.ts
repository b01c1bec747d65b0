import { fixForUnknownName } from "../../core/nearest";

/**
 * One word of a directive's value. How CONFIG GET shows what was taken:
 * - `choice`: in lower case, as in `values`
 * - `number`, `decimal`: in decimal, a decimal without zeros at its end
 * - `memory`: in bytes; `memory-or-percent`: in bytes, or as `5%`, and `0` for `0%`
 * - `text`: as it was written, without the quotes
 */
export type Word =
  | { readonly type: "choice"; readonly values: readonly string[] }
  | ({ readonly type: "number"; readonly unit?: string } & Range)
  | ({ readonly type: "decimal" } & Range)
  | ({ readonly type: "memory" } & AmountRange)
  | ({
      readonly type: "memory-or-percent";
      readonly minPercent: bigint;
      readonly maxPercent: bigint;
    } & AmountRange)
  | {
      readonly type: "text";
      readonly pattern: RegExp;
      readonly expected: string;
      /** Texts that fit the pattern. */
      readonly examples: readonly string[];
    };

/** Inclusive. */
interface Range {
  readonly min: bigint;
  readonly max: bigint;
}

/** In bytes. */
interface AmountRange extends Range {
  /** Whether 0 is taken too, although `min` is more; it switches the limit off. */
  readonly zero: boolean;
}

/** What Redis takes as this word, and where it may lie. */
export function describe(word: Word): string {
  switch (word.type) {
    case "choice":
      return word.values.length < 3 ? word.values.join(" or ") : `one of ${word.values.join(", ")}`;
    case "number":
      return `a whole number${word.unit === undefined ? "" : ` of ${word.unit}`} from ${word.min} to ${word.max}`;
    case "decimal":
      return `a number from ${word.min} to ${word.max} with 6 decimals at most`;
    case "memory":
      return describeAmount(word);
    case "memory-or-percent":
      return `${describeAmount(word)}, or ${word.minPercent}% to ${word.maxPercent}%`;
    case "text":
      return word.expected;
  }
}

const WHOLE_NUMBER = /^(0|-?[1-9]\d*)$/;
const DECIMAL = /^(0|[1-9]\d*)(\.\d{1,6})?$/;
const AMOUNT = /^(\d+)(b|kb?|mb?|gb?)?$/i;
const PERCENT = /^(0|[1-9]\d*)%$/;

/** As Redis counts: `k` is 1000 bytes and `kb` is 1024. */
const BYTES: Readonly<Record<string, bigint>> = {
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

const WRITE_AMOUNT = "write a whole number of bytes, or one followed by k, kb, m, mb, g or gb, such as 64mb";

/** What to do about `text`, which has no quotes any more, or undefined when it is a word of this kind. */
export function fixFor(word: Word, text: string): string | undefined {
  switch (word.type) {
    case "choice":
      if (word.values.includes(text.toLowerCase())) {
        return undefined;
      }
      return word.values.length < 3 ? `write ${describe(word)}` : fixForUnknownName(text, word.values);
    case "number":
      return WHOLE_NUMBER.test(text)
        ? outside(BigInt(text), word)
        : `write the number alone${word.unit === undefined ? "" : `, in ${word.unit}`}`;
    case "decimal":
      return DECIMAL.test(text) && Number(text) <= Number(word.max) ? undefined : "write such as 99.9";
    case "memory":
      return fixForAmount(word, text);
    case "memory-or-percent": {
      const percent = PERCENT.exec(text)?.[1];
      return percent === undefined
        ? fixForAmount(word, text)
        : outside(BigInt(percent), { min: word.minPercent, max: word.maxPercent }, (limit) => `${limit}%`);
    }
    case "text":
      return word.pattern.test(text) ? undefined : `write such as ${JSON.stringify(word.examples.at(-1))}`;
  }
}

function fixForAmount(word: AmountRange, text: string): string | undefined {
  const bytes = bytesIn(text);
  if (bytes === undefined) {
    return WRITE_AMOUNT;
  }
  return word.zero && bytes === 0n ? undefined : outside(bytes, word, shownAmount);
}

/** Bytes that Redis reads in `text`, or undefined when it reads none; Redis itself lets 2^64 and more wrap around. */
function bytesIn(text: string): bigint | undefined {
  const [, digits, unit = "b"] = AMOUNT.exec(text) ?? [];
  const each = BYTES[unit.toLowerCase()];
  return digits === undefined || each === undefined ? undefined : BigInt(digits) * each;
}

function outside(
  value: bigint,
  { min, max }: Range,
  show = (limit: bigint) => `${limit}`,
): string | undefined {
  if (value < min) {
    return `use ${show(min)} or more`;
  }
  return value > max ? `use ${show(max)} or less` : undefined;
}

function describeAmount({ min, max, zero }: AmountRange): string {
  return `${zero ? "0 or " : ""}an amount of memory from ${shownAmount(min)} to ${shownAmount(max)}`;
}

function shownAmount(bytes: bigint): string {
  const unit = ["gb", "mb", "kb"].find((name) => bytes > 0n && bytes % (BYTES[name] ?? 1n) === 0n);
  return unit === undefined ? `${bytes}` : `${bytes / (BYTES[unit] ?? 1n)}${unit}`;
}
