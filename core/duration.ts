import { type AmountUnits, fixForAmount } from "./fix-for-amount";
import { InvalidValueError } from "./problem";

const MILLISECONDS_PER_UNIT = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

type DurationUnit = keyof typeof MILLISECONDS_PER_UNIT;

/** How durations are written in `config/`: a whole number and a unit, e.g. `"30 s"`. */
export type DurationText = `${number} ${DurationUnit}`;

const UNITS_LARGEST_FIRST: readonly DurationUnit[] = ["h", "min", "s", "ms"];
const PATTERN = /^(\d+) (ms|s|min|h)$/;
/** Number.MAX_SAFE_INTEGER milliseconds are a little more. */
const MAX_HOURS = 2_501_999_792;

const AMOUNT_UNITS: AmountUnits = {
  units: UNITS_LARGEST_FIRST.map((unit) => [unit, MILLISECONDS_PER_UNIT[unit]]),
  spellings: [
    [0.001, "us", "µs", "μs", "usec", "microsecond", "microseconds"],
    [1, "ms", "msec", "millisecond", "milliseconds"],
    [1000, "s", "sec", "secs", "second", "seconds"],
    [60_000, "m", "min", "mins", "minute", "minutes"],
    [3_600_000, "h", "hr", "hrs", "hour", "hours"],
    [86_400_000, "d", "day", "days"],
    [604_800_000, "w", "week", "weeks"],
  ],
  usual: ["s", "min", "h"],
  example: '"90 s" instead of "1.5 min"',
};

/** A span of time: a whole number of milliseconds, 0 or more. */
export class Duration {
  private constructor(private readonly milliseconds: number) {}

  /**
   * @param text a whole number and a unit, e.g. `"30 s"`
   * @throws InvalidValueError on a negative, fractional or unsafe number, or another unit
   */
  static parse(text: string): Duration {
    const match = PATTERN.exec(text);
    const milliseconds = match
      ? Number(match[1]) * MILLISECONDS_PER_UNIT[match[2] as DurationUnit]
      : Number.NaN;
    if (milliseconds > Number.MAX_SAFE_INTEGER) {
      throw new InvalidValueError(JSON.stringify(text), `${MAX_HOURS} h or less`, "write a smaller one");
    }
    if (!Number.isSafeInteger(milliseconds)) {
      throw new InvalidValueError(
        JSON.stringify(text),
        `a whole number and a unit (${UNITS_LARGEST_FIRST.join(", ")}), such as "30 s"`,
        fixForAmount(text, AMOUNT_UNITS),
      );
    }
    return new Duration(milliseconds);
  }

  static seconds(seconds: number): Duration {
    return Duration.parse(`${seconds} s`);
  }

  toMilliseconds(): number {
    return this.milliseconds;
  }

  /** Whole seconds, rounded down. */
  toSeconds(): number {
    return Math.floor(this.milliseconds / 1000);
  }

  /**
   * As Go prints it (`1m30s`, never `90s`): Docker's provider stores that form and would plan any other
   * spelling as a change for ever (terraform-provider-docker 4.5.0, recorded case "not canonical").
   */
  toGo(): string {
    const hours = Math.floor(this.milliseconds / MILLISECONDS_PER_UNIT.h);
    const minutes = Math.floor((this.milliseconds % MILLISECONDS_PER_UNIT.h) / MILLISECONDS_PER_UNIT.min);
    const seconds = (this.milliseconds % MILLISECONDS_PER_UNIT.min) / 1000;
    if (this.milliseconds > 0 && this.milliseconds < 1000) {
      return `${this.milliseconds}ms`;
    }
    return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
  }

  /** As Prometheus writes it (`1m`, `1m30s`, `1s500ms`): it knows no fractions. */
  toPrometheus(): string {
    let left = this.milliseconds;
    const parts = Object.entries({ h: 3_600_000, m: 60_000, s: 1000, ms: 1 }).map(([unit, size]) => {
      const amount = Math.floor(left / size);
      left %= size;
      return amount === 0 ? "" : `${amount}${unit}`;
    });
    return parts.join("") || "0s";
  }

  toString(): string {
    const unit = UNITS_LARGEST_FIRST.find(
      (candidate) => this.milliseconds > 0 && this.milliseconds % MILLISECONDS_PER_UNIT[candidate] === 0,
    );
    return unit ? `${this.milliseconds / MILLISECONDS_PER_UNIT[unit]} ${unit}` : "0 s";
  }

  toJSON(): string {
    return this.toString();
  }
}
