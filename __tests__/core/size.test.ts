import { InvalidValueError } from "../../core/problem";
import { Size } from "../../core/size";

const refused = (text: string) =>
  new InvalidValueError(
    JSON.stringify(text),
    'a whole number and a unit (GiB, MiB, KiB, B), such as "256 MiB"',
    'write a number without sign or fraction, one blank and the unit; "1536 MiB" instead of "1.5 GiB"',
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
      expect(() => Size.parse(text)).toThrow(`got ${JSON.stringify(text)}, expected 1048576 GiB or less.`);
    },
  );

  it.each([
    ["a negative number", "-1 MiB"],
    ["a fraction", "1.5 GiB"],
    ["a decimal unit", "256 MB"],
    ["the spelling of redis.conf", "256mb"],
    ["no blank before the unit", "256MiB"],
    ["two blanks", "256  MiB"],
    ["no unit", "256"],
    ["no number", "MiB"],
    ["an exponent", "1e3 MiB"],
    ["text after it", "256 MiB "],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(() => Size.parse(text)).toThrow(refused(text));
  });

  it("refuses a negative or fractional number of MiB and of bytes", () => {
    expect(() => Size.mebibytes(-1)).toThrow(refused("-1 MiB"));
    expect(() => Size.bytes(0.5)).toThrow(refused("0.5 B"));
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
