import {
  clientsShare,
  isPersistent,
  MAX_MAXMEMORY_SHARE,
  MIN_MEMORY_LIMIT,
  maxclientsFor,
  maxmemoryFor,
  memoryArithmetic,
  memoryBudget,
  memoryLimitFor,
  memoryParts,
  shareOf,
} from "../../core/memory-budget";
import { Size } from "../../core/size";

const mebibytes = Array.from({ length: 2000 }, (_, index) => 1 + index * 37);
const kinds = [
  ["persistent", true],
  ["volatile", false],
] as const;

describe("memory budget", () => {
  // With 256 MiB of data, containers of 512 MiB were killed during a snapshot and one of 640 MiB lived: `PERSISTENT`.
  it.each([
    [256, 629],
    [1024, 2318],
    [64, 206],
    [28, 127],
  ])("gives %d MiB of persistent data a container of %d MiB", (maxmemory, limit) => {
    expect(memoryLimitFor(Size.mebibytes(maxmemory), true).toMebibytes()).toBe(limit);
  });

  it("gives data that is never written to disk less room, since there is no fork", () => {
    expect(memoryLimitFor(Size.mebibytes(256), false).toMebibytes()).toBe(629);
  });

  it.each([
    [629, true, 256],
    [628, true, 255],
    [128, true, 28],
    [629, false, 256],
    [1, true, 1],
  ])("lets a container of %d MiB (persistent: %j) hold %d MiB", (limit, persistent, maxmemory) => {
    expect(maxmemoryFor(Size.mebibytes(limit), persistent).toMebibytes()).toBe(maxmemory);
  });

  it.each([
    [200, 505],
    [25, 120],
    [50, 175],
    [4095, 9074],
  ])("gives %d MiB of data exactly %d MiB", (maxmemory, limit) => {
    expect(memoryLimitFor(Size.mebibytes(maxmemory), true).toMebibytes()).toBe(limit);
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
    expect(memoryArithmetic("maxmemory", false)).toBe("2.2 × maxmemory + 65 MiB");
    expect(memoryArithmetic("limit", true)).toBe("(limit - 65 MiB) / 2.2");
    expect(memoryArithmetic("limit", false)).toBe("(limit - 65 MiB) / 2.2");
  });
});

describe("the parts of the budget", () => {
  it.each([
    ["persistent", true, 2.2, 65],
    ["volatile", false, 2.2, 65],
  ] as const)("add up to the formula where data is %s", (_, persistent, factor, base) => {
    const parts = memoryParts(persistent);
    expect(parts.reduce((sum, { percent }) => sum + percent, 0) / 100).toBe(factor);
    expect(parts.reduce((sum, { fixed }) => sum + fixed.toMebibytes(), 0)).toBe(base);
    const wrong = mebibytes.filter(
      (amount) =>
        memoryLimitFor(Size.mebibytes(amount), persistent).toMebibytes() !==
        Math.ceil((amount * Math.round(factor * 100)) / 100) + base,
    );
    expect(wrong).toEqual([]);
  });

  it.each(kinds)("are the same seven where data is %s, each once and with its reason", (_, persistent) => {
    const parts = memoryParts(persistent);
    expect(parts.map(({ name }) => name)).toEqual([
      "dataset",
      "fragmentation",
      "copy-on-write",
      "AOF rewrite",
      "client buffers",
      "replication backlog",
      "base",
    ]);
    expect(parts.filter(({ why }) => !/^[A-Z0-9r].{20,}\.$/.test(why))).toEqual([]);
  });

  it("are amounts for one container, with what is left over through whole MiB", () => {
    const server = { maxmemory: Size.mebibytes(64), memoryLimit: Size.mebibytes(206) };
    expect(memoryLimitFor(server.maxmemory, true)).toEqual(server.memoryLimit);
    const { parts, leftOver } = memoryBudget(server, true);
    expect(parts.map(({ name, amount }) => [name, `${amount}`])).toEqual([
      ["dataset", "64 MiB"],
      ["fragmentation", "13421772 B"],
      ["copy-on-write", "64 MiB"],
      ["AOF rewrite", "32 MiB"],
      ["client buffers", "0 B"],
      ["replication backlog", "1 MiB"],
      ["base", "32 MiB"],
    ]);
    expect(leftOver).toBe(206 * 1024 ** 2 - (193 * 1024 ** 2 + 13421772));
  });

  it("are more than a limit that is given too small for a copy", () => {
    const server = { maxmemory: Size.mebibytes(800), memoryLimit: Size.mebibytes(1000) };
    expect(memoryBudget(server, true).leftOver).toBe(-825 * 1024 ** 2);
    expect(memoryBudget(server, false).leftOver).toBe(-825 * 1024 ** 2);
  });

  it.each(kinds)("fit into every derived %s limit, with less than a MiB left over", (_, persistent) => {
    const bytes = mebibytes.map((amount) => Size.bytes(amount * 1024 ** 2 - (amount % 3)));
    const wrong = bytes.filter((maxmemory) => {
      const memoryLimit = memoryLimitFor(maxmemory, persistent);
      const { leftOver } = memoryBudget({ maxmemory, memoryLimit }, persistent);
      return leftOver < 0 || leftOver > 1024 ** 2;
    });
    expect(wrong).toEqual([]);
  });
});

it.each([
  [true, [], true],
  [false, [1], true],
  [true, [1], true],
  [false, [], false],
])("needs room for a fork with appendonly %j and save points %j: %j", (appendonly, save, expected) => {
  expect(isPersistent({ appendonly, save })).toBe(expected);
});

it("takes a share of an amount in whole bytes", () => {
  expect(`${shareOf(Size.mebibytes(256), 70)}`).toBe("187904819 B");
  expect(`${shareOf(Size.mebibytes(256), 100)}`).toBe("256 MiB");
  expect(`${shareOf(Size.bytes(1), 99)}`).toBe("0 B");
});

describe("the buffers of clients", () => {
  it("take part of maxmemory, more of it when all clients are busy", () => {
    expect(clientsShare(10_000, Size.mebibytes(256))).toEqual({ idle: 9, busy: 142 });
    expect(clientsShare(1, Size.parse("1024 GiB"))).toEqual({ idle: 1, busy: 1 });
  });

  it("take no more than the percentage that they are allowed", () => {
    const maxmemory = Size.mebibytes(256);
    expect(maxclientsFor(maxmemory, 50)).toBe(3542);
    expect(clientsShare(3542, maxmemory).busy).toBe(50);
    expect(clientsShare(3543, maxmemory).busy).toBe(51);
    expect(maxclientsFor(Size.bytes(1), 50)).toBe(1);
  });
});
