/** A share from 0 to 1 as a bar of so many characters: one is full as soon as half of it is. What is beyond is cut. */
export function smallBar(share: number, width = 6): string {
  const full = Math.min(width, Math.max(0, Math.round(share * width)));
  return "█".repeat(full) + "░".repeat(width - full);
}

/** A share from 0 to 1 in whole percent; what is less than half of one, `<1 %`. Undefined: a dash. */
export function percentText(share: number | undefined): string {
  if (share === undefined) {
    return "-";
  }
  return share > 0 && share < 0.005 ? "<1 %" : `${Math.round(share * 100)} %`;
}

/** Microseconds for people: `850 us`, `12.3 ms`, `2.40 s`. */
export function microsecondsText(microseconds: number): string {
  if (microseconds < 1000) {
    return `${Number(microseconds.toPrecision(3))} us`;
  }
  return microseconds < 1_000_000
    ? `${(microseconds / 1000).toFixed(1)} ms`
    : `${(microseconds / 1_000_000).toFixed(2)} s`;
}

/** A large number in few characters: `950`, `12.3k`, `4.5M`. */
export function countText(count: number): string {
  const [unit, size] = COUNT_UNITS.find(([, size]) => count >= size) ?? (["", 1] as const);
  return size === 1 ? `${Math.round(count)}` : `${(count / size).toFixed(1)}${unit}`;
}

const COUNT_UNITS = [
  ["G", 1e9],
  ["M", 1e6],
  ["k", 1e3],
] as const;
