import { type Engine, type EngineName, engines } from "../../../config/engines";
import type { NamedEngine } from "../../../ops/engine-of";
import { downgradeProblem, engineIn, hasAllKeys, withEngine } from "../../../ops/upgrade/upgrade-problems";

const rows: Readonly<Record<EngineName, Engine>> = engines;
const row = (name: EngineName): NamedEngine => ({ name, ...rows[name] });

it.each<[EngineName, EngineName]>([
  ["debian-7.0.15", "debian-8.0.2"],
  ["debian-7.0.15", "redis-7.2"],
  ["redis-7.2", "redis-7.4"],
  ["redis-7.4", "debian-8.0.2"],
  ["redis-7.4", "redis-7.4"],
])("from %s to %s is no downgrade", (from, to) => {
  expect(downgradeProblem(row(from), row(to))).toBeUndefined();
});

it.each<[EngineName, EngineName]>([
  ["debian-8.0.2", "debian-7.0.15"],
  ["redis-7.4", "redis-7.2"],
  ["debian-8.0.2", "redis-7.4"], // the same version of RDB, and fewer types
])("from %s to %s is one", (from, to) => {
  const problem = downgradeProblem(row(from), row(to));
  expect(problem).toMatchObject({
    field: "--to",
    got: `"${to}": version ${rows[to].version}, which reads RDB ${rows[to].rdbVersion}`,
    expected: `version ${rows[from].version} or newer, which reads RDB ${rows[from].rdbVersion}, as the data is`,
  });
});

it("a patch of the same line is none, in either direction", () => {
  const to = row("redis-7.4");
  expect(downgradeProblem({ version: "7.4.12", rdbVersion: 12 }, to)).toBeUndefined();
  expect(downgradeProblem({ version: "7.4.1", rdbVersion: 12 }, to)).toBeUndefined();
  expect(downgradeProblem({ version: "7.10.0", rdbVersion: 12 }, to)).toBeDefined();
});

it.each([
  [1_000_000, { total: 1_000_000, expiring: 0 }, true],
  [999_999, { total: 1_000_000, expiring: 0 }, false],
  [1, { total: 1_000_000, expiring: 0 }, false],
  [999_990, { total: 1_000_000, expiring: 10 }, true],
  [999_989, { total: 1_000_000, expiring: 10 }, false],
  [0, { total: 10, expiring: 10 }, true],
  [0, { total: 0, expiring: 0 }, true],
])("%d keys of %o: all there that cannot have expired: %s", (now, before, expected) => {
  expect(hasAllKeys(now, before)).toBe(expected);
});

describe("the engine in a service's file", () => {
  const text =
    'export const shop: Service = {\n  name: "shop",\n  engine: "redis-7.2",\n  // engine: see below\n};\n';

  it("is what the way back leads to, whatever stands in for it", () => {
    expect(engineIn(text)).toBe("redis-7.2");
    expect(engineIn("export const shop = {};")).toBeUndefined();
  });

  it("is changed, and nothing else", () => {
    expect(withEngine("shop.ts", text, "redis-7.4")).toBe(text.replace("redis-7.2", "redis-7.4"));
    expect(withEngine("shop.ts", text, "redis-7.2")).toBe(text);
  });

  it.each([
    [0, text.replace('"redis-7.2"', "usual")],
    [2, `${text}${text}`],
  ])("is not guessed where the file names %d", (count, odd) => {
    expect(withEngine("shop.ts", odd, "redis-7.4")).toEqual({
      field: "shop.ts",
      got: `${count} lines engine: "…"`,
      expected: "one",
      fix: 'write engine: "redis-7.4" there by hand, and run this again',
    });
  });
});
