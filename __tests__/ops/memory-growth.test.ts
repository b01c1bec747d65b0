import fs, { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  checkNewFile,
  growthOf,
  type MemorySnapshot,
  memorySnapshot,
  readSnapshot,
  writeSnapshot,
} from "../../ops/look/memory-growth";
import { readKeys } from "../../ops/look/memory-keys";
import { growthText } from "../../ops/memory-keys-text";
import { fakeSource, measured, quiet, STORES } from "../support/measured-keys";

describe("growth", () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "memory-keys-"));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 0, 0, seconds));

  const look = (seconds: number, keys: number, prefixes: MemorySnapshot["prefixes"]): MemorySnapshot => ({
    stack: "shop-dev",
    database: 0,
    at: at(seconds).toISOString(),
    keys,
    prefixes,
  });

  const share = (prefix: string, keys: number, bytes: number, error = 0) => ({
    prefix,
    keys: { value: keys, error },
    bytes: { value: bytes, error },
  });

  test("changes beyond their error are told, most bytes first", () => {
    const before = look(0, 100, [
      share("a", 10, 1000),
      share("b", 10, 1000),
      share("c", 5, 5),
      share("e", 0, 100, 30),
    ]);
    const after = look(10, 90, [
      share("a", 11, 1100),
      share("b", 10, 1000),
      share("d", 7, 7000),
      share("e", 0, 150, 40),
    ]);
    const growth = growthOf(before, after);
    expect(growth).toEqual({
      seconds: 10,
      keys: -10,
      prefixes: [share("d", 7, 7000), share("a", 1, 100), share("c", -5, -5)],
      // e: 50 is no more than √(30² + 40²).
      unchanged: 2,
    });
    expect(growthText(growth)).toMatchInlineSnapshot(`
      "in 10 s: -10 keys

      GROWN  KEYS  BYTES
      d      +7    +6.8 KiB
      a      +1    +100 B
      c      -5    -5 B

      2 prefixes without a change that can be seen."
    `);
    expect(growthOf(before, { ...after, prefixes: [share("e", 0, 151, 40)] }).prefixes[0]).toEqual({
      prefix: "e",
      keys: { value: 0, error: 50 },
      bytes: { value: 51, error: 50 },
    });
  });

  test("a look is kept for its owner alone, over nothing, and read again", async () => {
    const report = await readKeys(
      fakeSource([measured("session:1", 10)]),
      STORES,
      { sample: 9, all: false },
      quiet,
    );
    const snapshot = memorySnapshot("shop-dev", 0, at(0), report);
    const file = join(folder, "look.json");
    checkNewFile(file);
    writeSnapshot(file, snapshot);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readSnapshot(file, "shop-dev", 0, at(1))).toEqual(snapshot);
    expect(() => checkNewFile(file)).toThrow(
      `--save-to ${file}: got a file that is there, expected a new file, in a folder that is there and has room. Fix: write another name.`,
    );
    expect(() => writeSnapshot(file, snapshot)).toThrow("got a file that is there");
    expect(() => checkNewFile(join(folder, "none", "x"))).toThrow("got no such folder");
    expect(() => checkNewFile(join(file, "x"))).toThrow("got ENOTDIR");
    expect(() => checkNewFile(join(folder, "x".repeat(256)))).toThrow("got ENAMETOOLONG");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(snapshot);
  });

  test("a look that the disk has no room for is refused, and nothing is left of it", () => {
    const file = join(folder, "full.json");
    checkNewFile(file);
    const write = jest.spyOn(fs, "writeFileSync").mockImplementationOnce(() => {
      throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    });
    expect(() => writeSnapshot(file, look(0, 1, []))).toThrow(
      `--save-to ${file}: got a disk that is full, expected a new file, in a folder that is there and has room.`,
    );
    write.mockRestore();
    expect(fs.existsSync(file)).toBe(false);
  });

  test.each([
    ["of another stack", "shop-prod", 0, 1, "got database 0 of shop-dev, expected database 0 of shop-prod"],
    ["of another database", "shop-dev", 1, 1, "got database 0 of shop-dev, expected database 1 of shop-dev"],
    [
      "from the future",
      "shop-dev",
      0,
      -1,
      "got a look at 2026-11-21T00:00:00.000Z, expected one before 2026-11-20T23:59:59.000Z",
    ],
  ])("a look %s is refused", (_, stack, database, seconds, message) => {
    const file = join(folder, "refused.json");
    writeFileSync(file, JSON.stringify(look(0, 1, [])));
    expect(() => readSnapshot(file, stack, database, at(seconds))).toThrow(message);
  });

  test.each([
    ["no JSON", "{", "got something else"],
    ["other JSON", '{"stack":"shop-dev"}', "got something else"],
    ["numbers below zero", JSON.stringify(look(0, 1, [share("a", -1, 1)])), "got something else"],
  ])("a file with %s is refused", (_, text, message) => {
    const file = join(folder, "other.json");
    writeFileSync(file, text);
    expect(() => readSnapshot(file, "shop-dev", 0, at(1))).toThrow(
      `--since ${file}: ${message}, expected a file that --save-to has written. ` +
        "Fix: write one with bin/redis-ops memory shop-dev --save-to FILE.",
    );
    expect(() => readSnapshot(join(folder, "none"), "shop-dev", 0, at(1))).toThrow("got ENOENT");
  });
});
