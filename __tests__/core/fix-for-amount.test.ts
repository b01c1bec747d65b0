import { type AmountUnits, fixForAmount } from "../../core/fix-for-amount";

/** Units of a kind of their own: two pints are a quart, eight are a gallon. */
const PINTS: AmountUnits = {
  units: [
    ["gal", 8],
    ["qt", 2],
    ["pt", 1],
  ],
  spellings: [
    [0.5, "cup", "cups"],
    [1, "pt", "pint", "pints"],
    [2, "qt", "quart"],
    [8, "gal", "gallon", "gallons"],
    [256, "barrel"],
  ],
  usual: ["pt", "qt"],
  example: '"12 pt" instead of "1.5 gal"',
};

const UNCLEAR =
  'write a number without sign or fraction, one blank and the unit; "12 pt" instead of "1.5 gal"';

describe("fixForAmount", () => {
  it.each([
    ["3gal", "3 gal"],
    ["3 Gallons", "3 gal"],
    [" 3   gal ", "3 gal"],
    ["0 gal", "0 gal"],
    ["0cups", "0 pt"],
    ["1 barrel", "32 gal"],
  ])("says how to write %j", (text, meant) => {
    expect(fixForAmount(text, PINTS)).toBe(`write "${meant}"`);
  });

  it.each([
    ["1.5 gal", "6 qt"],
    ["1.125 gal", "9 pt"],
    ["2.0 qt", "2 qt"],
  ])("says %j in the next unit in which it is whole", (text, meant) => {
    expect(fixForAmount(text, PINTS)).toBe(`write "${meant}"`);
  });

  it.each([
    ["100.3 gal", "100 gal"],
    ["99.01 gal", "396 qt"],
    ["0.3 gal", "2 pt"],
    ["0.01 pt", "1 pt"],
    ["1 cup", "1 pt"],
    ["201 cups", "101 pt"],
  ])("rounds %j where little is lost, and never to nothing", (text, meant) => {
    expect(fixForAmount(text, PINTS)).toBe(`write "${meant}"`);
  });

  it("asks for the unit where there is none", () => {
    expect(fixForAmount("3", PINTS)).toBe('write the unit, too, such as "3 pt", "3 qt"');
  });

  it.each(["", "gal", "-3 gal", "+3 gal", "1,5 gal", "1e3 gal", "1.5", "3 litres", "3 gal 2 pt", ".5 gal"])(
    "says what is expected where nobody can tell what %j means",
    (text) => {
      expect(fixForAmount(text, PINTS)).toBe(UNCLEAR);
    },
  );
});
