import {
  MAX_MAXMEMORY_SHARE,
  MIN_MEMORY_LIMIT,
  maxmemoryFor,
  memoryArithmetic,
  memoryLimitFor,
} from "../../core/memory-budget";
import { Size } from "../../core/size";

const mebibytes = Array.from({ length: 2000 }, (_, index) => 1 + index * 37);
const kinds = [
  ["persistent", true],
  ["volatile", false],
] as const;

describe("memory budget", () => {
  // With 256 MiB of data, containers of 512 MiB were killed during a snapshot and one of 640 MiB lived: `ROOM`.
  it.each([
    [256, 629],
    [1024, 2318],
    [28, 127],
  ])("gives %d MiB of persistent data a container of %d MiB", (maxmemory, limit) => {
    expect(memoryLimitFor(Size.mebibytes(maxmemory), true).toMebibytes()).toBe(limit);
  });

  it("gives data that is never written to disk less room, since there is no fork", () => {
    expect(memoryLimitFor(Size.mebibytes(256), false).toMebibytes()).toBe(352);
  });

  it.each([
    [629, true, 256],
    [628, true, 255],
    [128, true, 28],
    [352, false, 256],
    [1, true, 1],
  ])("lets a container of %d MiB (persistent: %j) hold %d MiB", (limit, persistent, maxmemory) => {
    expect(maxmemoryFor(Size.mebibytes(limit), persistent).toMebibytes()).toBe(maxmemory);
  });

  it("counts a part of a MiB as a whole one", () => {
    expect(memoryLimitFor(Size.parse("1 B"), true).toMebibytes()).toBe(66);
  });

  it.each(kinds)("derives no %s limit that is smaller than maxmemory / 0.8", (_, persistent) => {
    const tooBig = mebibytes.filter(
      (amount) =>
        amount > MAX_MAXMEMORY_SHARE * memoryLimitFor(Size.mebibytes(amount), persistent).toMebibytes(),
    );
    expect(tooBig).toEqual([]);
  });

  it.each(kinds)("derives no %s maxmemory above 0.8 of any limit that may be given", (_, persistent) => {
    const limits = mebibytes.map((amount) => amount - 1 + MIN_MEMORY_LIMIT.toMebibytes());
    const tooBig = limits.filter(
      (limit) => maxmemoryFor(Size.mebibytes(limit), persistent).toMebibytes() > MAX_MAXMEMORY_SHARE * limit,
    );
    expect(tooBig).toEqual([]);
  });

  it.each(kinds)("finds the same %s maxmemory again, or 1 MiB less, from its limit", (_, persistent) => {
    const lost = mebibytes.filter((amount) => {
      const limit = memoryLimitFor(Size.mebibytes(amount), persistent);
      const again = maxmemoryFor(limit, persistent).toMebibytes();
      return again !== amount && again !== amount - 1;
    });
    expect(lost).toEqual([]);
  });

  it("says how the derived value came about", () => {
    expect(memoryArithmetic("maxmemory", true)).toBe("2.2 × maxmemory + 65 MiB");
    expect(memoryArithmetic("maxmemory", false)).toBe("1.25 × maxmemory + 32 MiB");
    expect(memoryArithmetic("limit", true)).toBe("(limit - 65 MiB) / 2.2");
    expect(memoryArithmetic("limit", false)).toBe("(limit - 32 MiB) / 1.25");
  });
});
