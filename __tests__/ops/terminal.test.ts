import { shown, tableWithin, visible } from "../../ops/terminal";

const EVIL = "\x1b[2K\r\x07\u009b\u202e\u2028\x7f\ufffe\ud83d\u{e0041}";
const ESCAPED = "\\u001b[2K\\u000d\\u0007\\u009b\\u202e\\u2028\\u007f\\ufffe\\ud83d\\udb40\\udc41";

test("a text for one line has no character that cannot be seen", () => {
  expect(visible(`a${EVIL}\n\tb`)).toBe(`a${ESCAPED}\\u000a\\u0009b`);
});

test("a text of many lines keeps its lines and tabs, and what can be seen", () => {
  expect(shown(`a\n\tb${EVIL}\n`)).toBe(`a\n\tb${ESCAPED}\n`);
  expect(shown("é █ \u{1f600} 日本")).toBe("é █ \u{1f600} 日本");
});

test("colours stay where there are colours, and nothing else that steers a terminal", () => {
  const green = "\u001b[32m█\u001b[0m\u001b[90m.\u001b[0m";
  expect(shown(green, true)).toBe(green);
  expect(shown(green)).toBe("\\u001b[32m█\\u001b[0m\\u001b[90m.\\u001b[0m");
  expect(shown("\u001b[2J\u001b]0;title\u0007\u001b[8m\u009b32m", true)).toBe(
    "\\u001b[2J\\u001b]0;title\\u0007\\u001b[8m\\u009b32m",
  );
});

test("data for scripts says the same as before", () => {
  const value = { evil: EVIL };
  expect(JSON.parse(shown(JSON.stringify(value, null, 2)))).toEqual(value);
});

test.each([
  [undefined, ["A", "BB", "CCC", "D"]],
  [17, ["A", "BB", "CCC", "D"]],
  [16, ["A", "CCC", "D"]],
  [13, ["A", "CCC", "D"]],
  [12, ["A", "CCC"]],
  [1, ["A", "CCC"]],
])("a table for lines of %j characters leaves out what matters least", (columns, head) => {
  const text = tableWithin(columns, ["BB", "none", "D"], ["A", "BB", "CCC", "D"], [["1", "2", "3", "12345"]]);
  expect(text.split("\n")[0]?.split(/ +/)).toEqual(head);
});
