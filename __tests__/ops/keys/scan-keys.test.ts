import { scanKeys, shareOf } from "../../../ops/keys/scan-keys";
import type { Reply } from "../../../ops/keys/wire";

test.each([
  ["0", 0],
  [`${2n ** 63n}`, 2 ** -64],
  ["1", 0.5],
  ["2", 0.25],
  ["3", 0.75],
])("cursor %s has passed %d of the table", (cursor, share) => {
  expect(shareOf(cursor)).toBe(share);
});

test("a key that SCAN gives twice, since the table has shrunk, comes once", async () => {
  const pages: readonly (readonly [string, readonly string[]])[] = [
    ["2", ["a", "b"]],
    ["1", ["b", "c"]],
    ["0", ["a"]],
  ];
  let next = 0;
  const batch = async (): Promise<readonly Reply[]> => {
    const [cursor, keys] = pages[next++] ?? ["0", []];
    return [[Buffer.from(cursor), keys.map((key) => Buffer.from(key))]];
  };
  const seen: string[] = [];
  for await (const { keys } of scanKeys({ batch }, "*")) {
    seen.push(...keys.map(String));
  }
  expect(seen).toEqual(["a", "b", "c"]);
});

test("an error of Redis is thrown", async () => {
  const batch = async () => [new Error("NOPERM")];
  await expect(scanKeys({ batch }, "*").next()).rejects.toThrow("NOPERM");
});
