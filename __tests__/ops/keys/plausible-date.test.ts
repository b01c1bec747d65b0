import { plausibleDate } from "../../../ops/keys/plausible-date";

const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;
const at = (text: string) => Date.parse(text);

test.each([
  ["2025-01-01T12:00:00Z", at("2025-01-01T12:00:00Z")],
  ["2025-01-01 12:00Z", at("2025-01-01T12:00:00Z")],
  ["2025-01-01T12:00:00.123456+02:00", at("2025-01-01T10:00:00.123Z")],
  ["2025-01-01T12:00:00-0530", at("2025-01-01T17:30:00Z")],
  ["2024-02-29t00:00:00z", at("2024-02-29T00:00:00Z")],
  [1_763_700_000, 1_763_700_000_000],
  [1_763_700_000_123, 1_763_700_000_123],
  [1_763_700_000.5, 1_763_700_000_500],
  ["1763700000", 1_763_700_000_000],
  ["1763700000123", 1_763_700_000_123],
  ["1763700000.25", 1_763_700_000_250],
  [1_763_700_000n, 1_763_700_000_000],
  [new Date(1_763_700_000_000), 1_763_700_000_000],
])("%p is a date", (value, expected) => {
  expect(plausibleDate(value, NOW)).toBe(expected);
});

test.each([
  [null],
  [undefined],
  [""],
  [" "],
  ["NaN"],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
  [0],
  ["0"],
  [-1_763_700_000],
  [1e21],
  [true],
  [{}],
  [[1_763_700_000]],
  ["2025-01-01T12:00:00"],
  ["2025-01-01"],
  ["2025-02-29T00:00:00Z"],
  ["2025-02-30T00:00:00Z"],
  ["2025-13-01T00:00:00Z"],
  ["2025-01-01T24:00:00Z"],
  ["2025-01-01T12:60:00Z"],
  ["2025-01-01T12:00:00+15:00"],
  ["2025-01-01T12:00:00+02:60"],
  ["yesterday"],
  ["0x6920a000"],
  ["1763700000 "],
  [new Date(Number.NaN)],
])("%p is no date", (value) => {
  expect(plausibleDate(value, NOW)).toBeUndefined();
});

test("a date is plausible from 2000 until a day from now, in seconds and in milliseconds", () => {
  const first = Date.UTC(2000, 0, 1);
  expect(plausibleDate(first, NOW)).toBe(first);
  expect(plausibleDate(first - 1, NOW)).toBeUndefined();
  expect(plausibleDate(first / 1000, NOW)).toBe(first);
  expect(plausibleDate(first / 1000 - 1, NOW)).toBeUndefined();
  expect(plausibleDate(NOW + DAY, NOW)).toBe(NOW + DAY);
  expect(plausibleDate(NOW + DAY + 1, NOW)).toBeUndefined();
  expect(plausibleDate((NOW + DAY) / 1000, NOW)).toBe(NOW + DAY);
  expect(plausibleDate((NOW + DAY) / 1000 + 1, NOW)).toBeUndefined();
});
