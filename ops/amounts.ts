const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** Bytes for people: `12 B`, `190.3 MiB`. */
export function bytesText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? Math.round(amount) : amount.toFixed(1)} ${UNITS[power]}`;
}

const AGE_UNITS = [
  ["day", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** How long ago, in the largest unit of which there is one: `3 days`, `2 h`, `40 s`. */
export function ageText(seconds: number): string {
  const [unit, size] = AGE_UNITS.find(([, size]) => seconds >= size) ?? (["s", 1] as const);
  const amount = Math.max(0, Math.floor(seconds / size));
  return `${amount} ${unit === "day" && amount !== 1 ? "days" : unit}`;
}

/** What PTTL says, in words. @param ttl - milliseconds, or -1 */
export function ttlText(ttl: number | undefined): string {
  return ttl === undefined ? "" : ttl < 0 ? "stays for ever" : ageText(ttl / 1000);
}

/** `1 key`, `2 keys`. */
export const keysText = (keys: number) => `${keys} ${keys === 1 ? "key" : "keys"}`;
