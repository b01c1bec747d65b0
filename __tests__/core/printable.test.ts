import { isPrintableLine, printable } from "../../core/printable";

const UNREADABLE = ["a\nb", "\x1b[31m", "\x85", "\u202eb", "a\u200bb", "\u2028", "\u2029", "\ud800"];

it.each(["a", "a b", "é ü 私 🙂", "x".repeat(10)])("%j is a line that can be read", (text) => {
  expect(isPrintableLine(text, 10)).toBe(true);
  expect(printable(text)).toBe(text);
});

it.each(["", " ", "\u00a0", "x".repeat(11), ...UNREADABLE])("%j is none", (text) => {
  expect(isPrintableLine(text, 10)).toBe(false);
});

it("what cannot be read is told as JSON escapes it", () => {
  expect(UNREADABLE.map(printable)).toEqual([
    "a\\u000ab",
    "\\u001b[31m",
    "\\u0085",
    "\\u202eb",
    "a\\u200bb",
    "\\u2028",
    "\\u2029",
    "\\ud800",
  ]);
});
