import { Duration } from "../../core/duration";
import { InvalidValueError } from "../../core/problem";

const UNCLEAR =
  'write a number without sign or fraction, one blank and the unit; "90 s" instead of "1.5 min"';

const refused = (text: string, fix = UNCLEAR) =>
  new InvalidValueError(
    JSON.stringify(text),
    'a whole number and a unit (h, min, s, ms), such as "30 s"',
    fix,
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
    ["the spelling of Go", "1m30s"],
    ["the spelling of ISO 8601", "PT30S"],
    ["a word", "soon"],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(() => Duration.parse(text)).toThrow(refused(text));
  });

  it.each([
    ["a fraction", "1.5 min", "90 s"],
    ["a fraction that no double holds exactly", "1.1 h", "66 min"],
    ["the unit of other programs", "1 m", "1 min"],
    ["no blank before the unit", "30s", "30 s"],
    ["days", "1 day", "24 h"],
    ["weeks", "2w", "336 h"],
    ["microseconds", "10000 us", "10 ms"],
    ["less than a millisecond", "100 µs", "1 ms"],
    ["words", "5 minutes", "5 min"],
  ])("refuses %s, and says what to write", (_, text, meant) => {
    expect(() => Duration.parse(text)).toThrow(refused(text, `write "${meant}"`));
    expect(Duration.parse(meant).toMilliseconds()).toBeGreaterThan(0);
  });

  it("refuses a number without unit, and says what is missing", () => {
    expect(() => Duration.parse("30")).toThrow(
      refused("30", 'write the unit, too, such as "30 s", "30 min", "30 h"'),
    );
  });

  it.each(["9007199254740992 ms", "9007199254741 s", "2501999793 h"])(
    "refuses %j, which no double holds exactly",
    (text) => {
      expect(() => Duration.parse(text)).toThrow(
        new InvalidValueError(JSON.stringify(text), "2501999792 h or less", "write a smaller one"),
      );
      expect(Duration.parse("2501999792 h").toMilliseconds()).toBeLessThan(Number.MAX_SAFE_INTEGER);
    },
  );

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
    ["0 s", "0s"],
    ["1 min", "1m"],
    ["90 s", "1m30s"],
    ["1500 ms", "1s500ms"],
    ["3630 s", "1h30s"],
  ])("writes %j as Prometheus does, %j", (text, written) => {
    expect(Duration.parse(text).toPrometheus()).toBe(written);
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
    expect(() => Duration.seconds(0.5)).toThrow(refused("0.5 s", 'write "500 ms"'));
  });
});
