import fc from "fast-check";
import type { DurationText } from "../../core/duration";
import type { SizeText } from "../../core/size";

const BYTES = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 } as const;
const MILLISECONDS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 } as const;

/** A whole number in an inclusive range: each end, its neighbour, and whatever lies between. */
export function inRange(min: number, max: number): fc.Arbitrary<number> {
  const edges = [min, max, Math.min(min + 1, max), Math.max(max - 1, min)];
  return fc.oneof(fc.constantFrom(...edges), fc.integer({ min, max }));
}

/** An amount of memory in any unit that can express it, from `min` to `max` bytes. */
export function sizeText(min: number, max: number): fc.Arbitrary<SizeText> {
  return withUnit(BYTES, min, max);
}

/** Whole mebibytes in any unit that can express them, from `min` to `max` mebibytes. */
export function wholeMebibytes(min: number, max: number): fc.Arbitrary<SizeText> {
  return fc.oneof(
    withUnit({ MiB: 1, GiB: 1024 }, min, max),
    inRange(min, max).map((mebibytes): SizeText => `${mebibytes * 1024} KiB`),
  );
}

/** A span of time in any unit that can express it, from `min` to `max` milliseconds. */
export function durationText(min: number, max: number): fc.Arbitrary<DurationText> {
  return withUnit(MILLISECONDS, min, max);
}

/** A span of whole seconds, from `min` to `max` of them, also written in milliseconds. */
export function wholeSeconds(min: number, max: number): fc.Arbitrary<DurationText> {
  return fc.oneof(
    withUnit({ s: 1, min: 60, h: 3600 }, min, max),
    inRange(min, max).map((seconds): DurationText => `${seconds * 1000} ms`),
  );
}

/** Bytes in a text, read by another reader than the product's. */
export function bytesIn(text: string): bigint {
  return amountIn(BYTES, text);
}

/** Milliseconds in a text, read by another reader than the product's. */
export function millisecondsIn(text: string): bigint {
  return amountIn(MILLISECONDS, text);
}

function withUnit<U extends string>(
  units: Readonly<Record<U, number>>,
  min: number,
  max: number,
): fc.Arbitrary<`${number} ${U}`> {
  const usable = Object.entries<number>(units).filter(
    ([, each]) => Math.ceil(min / each) <= Math.floor(max / each),
  );
  return fc
    .constantFrom(...usable)
    .chain(([unit, each]) =>
      inRange(Math.ceil(min / each), Math.floor(max / each)).map(
        (amount) => `${amount} ${unit}` as `${number} ${U}`,
      ),
    );
}

function amountIn(units: Readonly<Record<string, number>>, text: string): bigint {
  const [amount = "", unit = ""] = text.split(" ");
  return BigInt(amount) * BigInt(units[unit] ?? Number.NaN);
}
