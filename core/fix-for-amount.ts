/** How amounts of one kind are written, here and elsewhere. */
export interface AmountUnits {
  /** Units as they are written here, largest first, and how many of the smallest one each is. */
  readonly units: readonly (readonly [name: string, size: number])[];
  /** What people and other programs write, in lower case. */
  readonly spellings: readonly (readonly [size: number, ...names: string[]])[];
  /** The units that may be missing where there is none. */
  readonly usual: readonly string[];
  /** What to write in place of a fraction. */
  readonly example: string;
}

/** Fewer than this of a unit are not rounded, or the hint would be far from what was meant. */
const MIN_ROUNDED = 100;

/**
 * The `fix` for an amount that cannot be read: the very text to write where it can be told. `256mb` gives
 * `write "256 MiB"`, and `1.5 GiB` gives `write "1536 MiB"`.
 */
export function fixForAmount(text: string, { units, spellings, usual, example }: AmountUnits): string {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*(\p{L}*)$/u.exec(text.trim()) ?? [];
  if (digits !== undefined && unit === "" && !digits.includes(".")) {
    return `write the unit, too, such as ${usual.map((name) => `"${digits} ${name}"`).join(", ")}`;
  }
  const [size] = spellings.find(([, ...names]) => names.includes(unit.toLowerCase())) ?? [];
  if (digits === undefined || size === undefined) {
    return `write a number without sign or fraction, one blank and the unit; ${example}`;
  }
  // Without the last digits, in which 1.1 × 3600 is not 3960.
  const amount = Number((Number(digits) * size).toPrecision(15));
  const [name, each] = unitFor(amount, size, units);
  return `write "${Math.ceil(amount / each) === 1 ? 1 : Math.round(amount / each)} ${name}"`;
}

/** The unit that was meant, or the next smaller one in which nothing or little is lost; the smallest at last. */
function unitFor(amount: number, meant: number, units: AmountUnits["units"]): readonly [string, number] {
  const [smallest] = units.slice(-1);
  const found = units.find(
    ([, size]) => size <= meant && (Number.isInteger(amount / size) || amount / size >= MIN_ROUNDED),
  );
  return found ?? smallest ?? ["", 1];
}
