import { stripVTControlCharacters } from "node:util";
import { Size } from "../../core/size";
import { BAR_WIDTH, coloured, memoryBar, STROKES } from "../../ops/memory-bar";

const stretches = (...bytes: readonly number[]) =>
  bytes.map((amount, index) => ({ stroke: { glyph: "abcdefg"[index] ?? "?", colour: 32 }, bytes: amount }));

const barOf = (...bytes: readonly number[]) =>
  memoryBar(stretches(...bytes), [], false)
    .split("\n")[1]
    ?.trim() ?? "";

const widths = (bar: string) =>
  Object.fromEntries([...new Set(bar)].map((glyph) => [glyph, bar.split(glyph).length - 1]));

describe("the memory bar", () => {
  it("is in proportion", () => {
    expect(widths(barOf(1, 1))).toEqual({ a: 38, b: 38 });
    expect(widths(barOf(3, 1))).toEqual({ a: 57, b: 19 });
    expect(widths(barOf(3, 0, 1))).toEqual({ a: 57, c: 19 });
  });

  it("shows what is tiny as one character, and nothing of what is less than nothing", () => {
    expect(widths(barOf(1_000_000, 1, 1, 1))).toEqual({ a: 73, b: 1, c: 1, d: 1 });
    expect(widths(barOf(10, -5))).toEqual({ a: 76 });
  });

  it("is always as wide, and fits 80 columns with its indentation", () => {
    const wrong = Array.from({ length: 500 }, (_, index) => index + 1).filter((seed) => {
      const bar = barOf(seed * 7, (seed * 13) % 101, (seed * 17) % 11, seed % 3, 1000 % seed);
      return bar.length !== BAR_WIDTH;
    });
    expect(wrong).toEqual([]);
    expect(memoryBar(stretches(1), [], false)).toBe(`  \n  ${"a".repeat(76)}`);
    expect(BAR_WIDTH + 2).toBeLessThanOrEqual(80);
  });

  it("puts letters where amounts are reached, the last one at its end", () => {
    const at = (bytes: number) => Size.bytes(bytes);
    const [letters = ""] = memoryBar(
      stretches(50, 50),
      [
        { letter: "W", at: at(25) },
        { letter: "C", at: at(50) },
        { letter: "M", at: at(50) },
        { letter: "L", at: at(100) },
      ],
      false,
    ).split("\n");
    expect(letters.indexOf("W")).toBe(2 + 19);
    expect(letters.indexOf("M")).toBe(2 + 38);
    expect(letters).not.toContain("C");
    expect(letters.indexOf("L")).toBe(2 + 75);
  });

  it("is coloured only where there are colours, and has the same characters", () => {
    const plain = memoryBar(stretches(1, 2), [], false);
    const colourful = memoryBar(stretches(1, 2), [], true);
    expect(plain).not.toContain("\u001b");
    expect(colourful).toContain("\u001b[32m");
    expect(stripVTControlCharacters(colourful)).toBe(plain);
    expect(coloured({ glyph: "x", colour: 31 }, "x", true)).toBe("\u001b[31mx\u001b[0m");
  });

  it("tells its stretches apart without colours", () => {
    const glyphs = Object.values(STROKES).map(({ glyph }) => glyph);
    expect(new Set(glyphs).size).toBe(glyphs.length);
    expect(glyphs.filter((glyph) => glyph.length !== 1)).toEqual([]);
  });
});
