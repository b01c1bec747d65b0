const NANO = 1_000_000_000n;

/** Billionths of a CPU in text such as "1.5", or undefined if it is not such a number. */
export function parseCpus(text: string): bigint | undefined {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d{0,9}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : BigInt(whole) * NANO + BigInt(fraction.padEnd(9, "0"));
}

/**
 * CPUs as the real provider writes them to the state. Whatever has nine zeros in nine
 * decimals is rounded to one ("1.0", but also "0.05" → "0.1"); the rest loses its
 * trailing zeros and keeps its point ("10."). A configuration in any other spelling
 * is planned as a replacement for ever, so the quirks are part of the behaviour.
 */
export function formatCpus(nano: bigint): string {
  const exact = `${nano / NANO}.${(nano % NANO).toString().padStart(9, "0")}`;
  if (exact.split("0").length - 1 === 9) {
    const tenths = (nano + NANO / 20n) / (NANO / 10n);
    return `${tenths / 10n}.${tenths % 10n}`;
  }
  return exact.replace(/0+$/, "");
}
