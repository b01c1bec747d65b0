import { Duration } from "../../core/duration";
import { InvalidValueError } from "../../core/problem";

const refused = (text: string) =>
  new InvalidValueError(
    JSON.stringify(text),
    'a whole number and a unit (h, min, s, ms), such as "30 s"',
    'write a number without sign or fraction, one blank and the unit; "90 s" instead of "1.5 min"',
  );

describe("Duration", () => {
  it.each([
    ["0 s", 0],
    ["1 ms", 1],
    ["30 s", 30_000],
    ["2 min", 120_000],
    ["1 h", 3_600_000],
    ["9007199254740991 ms", Number.MAX_SAFE_INTEGER],
  ])("reads %j as %d ms", (text, milliseconds) => {
    expect(Duration.parse(text).toMilliseconds()).toBe(milliseconds);
  });

  it.each([
    ["a negative number", "-1 s"],
    ["a fraction", "1.5 min"],
    ["a number that no double holds exactly", "9007199254740992 ms"],
    ["a product that no double holds exactly", "9007199254741 s"],
    ["an unknown unit", "1 m"],
    ["the spelling of Go", "1m30s"],
    ["no blank before the unit", "30s"],
    ["no unit", "30"],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(() => Duration.parse(text)).toThrow(refused(text));
  });

  it.each([
    ["0 s", "0s"],
    ["0 ms", "0s"],
    ["1 ms", "1ms"],
    ["500 ms", "500ms"],
    ["999 ms", "999ms"],
    ["1000 ms", "1s"],
    ["1500 ms", "1.5s"],
    ["59 s", "59s"],
    ["60 s", "1m0s"],
    ["90 s", "1m30s"],
    ["90500 ms", "1m30.5s"],
    ["59 min", "59m0s"],
    ["1 h", "1h0m0s"],
    ["3601 s", "1h0m1s"],
    ["25 h", "25h0m0s"],
  ])("writes %j as Go prints it, %j", (text, printed) => {
    expect(Duration.parse(text).toGo()).toBe(printed);
  });

  it.each([
    ["0 h", "0 s"],
    ["999 ms", "999 ms"],
    ["1000 ms", "1 s"],
    ["90 s", "90 s"],
    ["60 s", "1 min"],
    ["60 min", "1 h"],
  ])("prints %j in the largest unit that is exact, %j", (text, printed) => {
    expect(`${Duration.parse(text)}`).toBe(printed);
    expect(JSON.stringify({ duration: Duration.parse(text) })).toBe(`{"duration":"${printed}"}`);
  });

  it("rounds down to whole seconds", () => {
    expect(Duration.parse("1999 ms").toSeconds()).toBe(1);
    expect(Duration.parse("2000 ms").toSeconds()).toBe(2);
  });

  it("refuses a negative or fractional number of seconds", () => {
    expect(() => Duration.seconds(-1)).toThrow(refused("-1 s"));
    expect(() => Duration.seconds(0.5)).toThrow(refused("0.5 s"));
  });
});
