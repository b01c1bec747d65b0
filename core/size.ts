import { type AmountUnits, fixForAmount } from "./fix-for-amount";
import { InvalidValueError } from "./problem";

const BYTES_PER_UNIT = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;

type SizeUnit = keyof typeof BYTES_PER_UNIT;

/** How sizes are written in `config/`: a whole number and a binary unit, e.g. `"256 MiB"`. */
export type SizeText = `${number} ${SizeUnit}`;

const UNITS_LARGEST_FIRST: readonly SizeUnit[] = ["GiB", "MiB", "KiB", "B"];
/** 1 PiB: more than any server has, and small enough to calculate with. */
const MAX_BYTES = 1024 ** 5;
const PATTERN = /^(\d+) (B|KiB|MiB|GiB)$/;

const AMOUNT_UNITS: AmountUnits = {
  units: UNITS_LARGEST_FIRST.map((unit) => [unit, BYTES_PER_UNIT[unit]]),
  // A megabyte of Redis, and one of Docker, is a MiB.
  spellings: [
    [1, "b", "byte", "bytes"],
    [1024, "k", "kb", "ki", "kib"],
    [1024 ** 2, "m", "mb", "mi", "mib"],
    [1024 ** 3, "g", "gb", "gi", "gib"],
    [1024 ** 4, "t", "tb", "ti", "tib"],
  ],
  usual: ["MiB"],
  example: '"1536 MiB" instead of "1.5 GiB"',
};

/** An amount of memory or disk: a whole number of bytes, 0 or more. */
export class Size {
  private constructor(private readonly bytes: number) {}

  /**
   * @param text a whole number and a unit, e.g. `"256 MiB"`
   * @throws InvalidValueError on a negative or fractional number, another unit, or more than 1 PiB
   */
  static parse(text: string): Size {
    const match = PATTERN.exec(text);
    const bytes = match ? Number(match[1]) * BYTES_PER_UNIT[match[2] as SizeUnit] : Number.NaN;
    if (bytes > MAX_BYTES) {
      throw new InvalidValueError(JSON.stringify(text), "1048576 GiB or less", "write a smaller one");
    }
    if (!Number.isSafeInteger(bytes)) {
      throw new InvalidValueError(
        JSON.stringify(text),
        `a whole number and a unit (${UNITS_LARGEST_FIRST.join(", ")}), such as "256 MiB"`,
        fixForAmount(text, AMOUNT_UNITS),
      );
    }
    return new Size(bytes);
  }

  static bytes(bytes: number): Size {
    return Size.parse(`${bytes} B`);
  }

  static mebibytes(mebibytes: number): Size {
    return Size.parse(`${mebibytes} MiB`);
  }

  toBytes(): number {
    return this.bytes;
  }

  /** Whole mebibytes, rounded down: Docker's provider counts `memory` in units of 1024 × 1024 bytes. */
  toMebibytes(): number {
    return Math.floor(this.bytes / BYTES_PER_UNIT.MiB);
  }

  /** As redis.conf spells it, where `1mb` is 1024 × 1024 bytes. */
  toRedis(): string {
    const [amount, unit] = this.inLargestUnit();
    return unit === "B" ? `${amount}` : `${amount}${unit.replace("iB", "b").toLowerCase()}`;
  }

  toString(): string {
    return this.inLargestUnit().join(" ");
  }

  toJSON(): string {
    return this.toString();
  }

  private inLargestUnit(): [number, SizeUnit] {
    const unit = UNITS_LARGEST_FIRST.find(
      (candidate) => this.bytes > 0 && this.bytes % BYTES_PER_UNIT[candidate] === 0,
    );
    return unit ? [this.bytes / BYTES_PER_UNIT[unit], unit] : [this.bytes, "B"];
  }
}
