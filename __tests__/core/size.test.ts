import { InvalidValueError } from "../../core/problem";
import { Size } from "../../core/size";

const UNCLEAR =
  'write a number without sign or fraction, one blank and the unit; "1536 MiB" instead of "1.5 GiB"';

const refused = (text: string, fix = UNCLEAR) =>
  new InvalidValueError(
    JSON.stringify(text),
    'a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB"',
    fix,
  );

describe("Size", () => {
  it.each([
    ["0 B", 0],
    ["1 B", 1],
    ["1 KiB", 1024],
    ["3 MiB", 3 * 1024 ** 2],
    ["2 GiB", 2 * 1024 ** 3],
    ["1048576 GiB", 1024 ** 5],
  ])("reads %j as %d bytes", (text, bytes) => {
    expect(Size.parse(text).toBytes()).toBe(bytes);
  });

  it.each(["1048577 GiB", "1125899906842625 B", "99999999999999999999 B"])(
    "refuses %j, which is too much",
    (text) => {
      expect(() => Size.parse(text)).toThrow(
        new InvalidValueError(JSON.stringify(text), "1048576 GiB or less", "write a smaller one"),
      );
    },
  );

  it.each([
    ["a negative number", "-1 MiB"],
    ["no number", "MiB"],
    ["an exponent", "1e3 MiB"],
    ["digits in groups", "1,024 MiB"],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(() => Size.parse(text)).toThrow(refused(text));
  });

  it.each([
    ["a fraction", "1.5 GiB", "1536 MiB"],
    ["a fraction that is no whole MiB", "0.1 GiB", "102 MiB"],
    ["a decimal unit", "256 MB", "256 MiB"],
    ["the spelling of redis.conf", "256mb", "256 MiB"],
    ["the spelling of Docker", "1g", "1 GiB"],
    ["the spelling of Kubernetes", "512Ki", "512 KiB"],
    ["a larger unit", "2 TB", "2048 GiB"],
    ["a word", "64 bytes", "64 B"],
    ["no blank before the unit", "256MiB", "256 MiB"],
    ["two blanks", "256  MiB", "256 MiB"],
    ["a blank after it", "256 MiB ", "256 MiB"],
  ])("refuses %s, and says what to write", (_, text, meant) => {
    expect(() => Size.parse(text)).toThrow(refused(text, `write "${meant}"`));
    expect(`${Size.parse(meant)}`).toBe(meant);
  });

  it("refuses a number without unit, and says what is missing", () => {
    expect(() => Size.parse("256")).toThrow(refused("256", 'write the unit, too, such as "256 MiB"'));
  });

  it("refuses a negative or fractional number of MiB and of bytes", () => {
    expect(() => Size.mebibytes(-1)).toThrow(refused("-1 MiB"));
    expect(() => Size.bytes(0.5)).toThrow(refused("0.5 B", 'write "1 B"'));
  });

  it.each([
    ["0 B", "0 B"],
    ["1023 B", "1023 B"],
    ["1024 B", "1 KiB"],
    ["1536 KiB", "1536 KiB"],
    ["1024 MiB", "1 GiB"],
    ["1025 MiB", "1025 MiB"],
  ])("prints %j in the largest unit that is exact, %j", (text, printed) => {
    expect(`${Size.parse(text)}`).toBe(printed);
    expect(JSON.stringify({ size: Size.parse(text) })).toBe(`{"size":"${printed}"}`);
  });

  it.each([
    ["0 B", "0"],
    ["100 B", "100"],
    ["64 KiB", "64kb"],
    ["256 MiB", "256mb"],
    ["1024 MiB", "1gb"],
    ["1536 MiB", "1536mb"],
  ])("writes %j into redis.conf as %j, where 1mb is 1024 × 1024 bytes", (text, written) => {
    expect(Size.parse(text).toRedis()).toBe(written);
  });

  it("rounds down to whole MiB", () => {
    expect(Size.parse("2047 KiB").toMebibytes()).toBe(1);
    expect(Size.parse("2048 KiB").toMebibytes()).toBe(2);
  });
});
