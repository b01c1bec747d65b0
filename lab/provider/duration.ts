const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const TERM = /(\d+)(?:\.(\d+))?(ns|us|µs|ms|s|m|h)/gy;

/** Nanoseconds of a duration in Go's spelling ("1m30s"), or undefined if it is none. */
export function parseDuration(text: string): bigint | undefined {
  const [, sign, terms] = /^([+-]?)(.+)$/.exec(text) ?? [];
  if (terms === undefined) {
    return undefined;
  }
  if (terms === "0") {
    return 0n;
  }
  let total = 0n;
  let read = 0;
  for (const [term, whole, fraction, unit] of terms.matchAll(TERM)) {
    const size = NANOSECONDS[unit ?? ""] ?? 0n;
    total += BigInt(whole ?? 0) * size;
    total += (BigInt(fraction ?? 0) * size) / 10n ** BigInt(fraction?.length ?? 0);
    read += term.length;
  }
  if (read !== terms.length) {
    return undefined;
  }
  return sign === "-" ? -total : total;
}

/** A duration as Go prints it: "0s", "1.5s", "1m0s", "2h0m0s". */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) {
    return `-${formatDuration(-nanoseconds)}`;
  }
  if (nanoseconds < 1_000_000_000n) {
    return formatBelowSecond(nanoseconds);
  }
  const seconds = nanoseconds / 1_000_000_000n;
  const minutes = seconds / 60n;
  const rest = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) {
    return rest;
  }
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes}m${rest}` : `${hours}h${minutes % 60n}m${rest}`;
}

function formatBelowSecond(nanoseconds: bigint): string {
  if (nanoseconds === 0n) {
    return "0s";
  }
  if (nanoseconds < 1_000n) {
    return `${nanoseconds}ns`;
  }
  return nanoseconds < 1_000_000n ? `${decimal(nanoseconds, 3)}µs` : `${decimal(nanoseconds, 6)}ms`;
}

function decimal(amount: bigint, places: number): string {
  const unit = 10n ** BigInt(places);
  const fraction = (amount % unit).toString().padStart(places, "0").replace(/0+$/, "");
  return fraction === "" ? `${amount / unit}` : `${amount / unit}.${fraction}`;
}
