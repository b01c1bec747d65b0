const FIRST = Date.UTC(2000, 0, 1);
const DAY_MS = 86_400_000;

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:(Z)|([+-])(\d\d):?(\d\d))$/i;

/**
 * The moment that a field says, in milliseconds since 1970: ISO 8601 with its zone, a date of MessagePack, or seconds or
 * milliseconds since 1970 as a number or in digits, told apart by their size. Undefined: no date, as is everything else,
 * what is before 2000, or after `now` and a day. Without a zone it could be 14 hours off, so that is no date either.
 * @param now - milliseconds since 1970
 */
export function plausibleDate(value: unknown, now: number): number | undefined {
  const moment =
    value instanceof Date
      ? value.getTime()
      : typeof value === "string"
        ? (ofDigits(value, now) ?? ofIso(value))
        : typeof value === "number" || typeof value === "bigint"
          ? ofNumber(Number(value), now)
          : undefined;
  return moment !== undefined && isPlausible(moment, now) ? moment : undefined;
}

function isPlausible(moment: number, now: number): boolean {
  return moment >= FIRST && moment <= now + DAY_MS;
}

function ofDigits(text: string, now: number): number | undefined {
  return /^\d{9,13}(\.\d{1,9})?$/.test(text) ? ofNumber(Number(text), now) : undefined;
}

function ofNumber(value: number, now: number): number | undefined {
  return [value * 1000, value].find((moment) => isPlausible(moment, now));
}

function ofIso(text: string): number | undefined {
  const [, year, month, day, hour, minute, second = "0", fraction = "", , sign, offsetHours, offsetMinutes] =
    ISO.exec(text) ?? [];
  if (year === undefined) {
    return undefined;
  }
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts;
  const local = new Date(Date.UTC(y, mo - 1, d, h, mi, s));
  const isOfCalendar =
    local.getUTCMonth() === mo - 1 && local.getUTCDate() === d && h < 24 && mi < 60 && s < 60;
  const offset = Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0);
  if (!isOfCalendar || offset > 14 * 60 || Number(offsetMinutes ?? 0) > 59) {
    return undefined;
  }
  return (
    local.getTime() + Number(fraction.padEnd(3, "0").slice(0, 3)) - (sign === "-" ? -offset : offset) * 60_000
  );
}
