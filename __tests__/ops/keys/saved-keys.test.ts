import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSavedKeys, type SavedKey, SavedKeysWriter } from "../../../ops/keys/saved-keys";

const HEAD = { stack: "shop-prod", savedAt: "2026-11-21T12:00:00Z", redisVersion: "7.4.11", filters: "" };
const saved = (name: string, expiresAt: number | null = null): SavedKey => ({
  key: Buffer.from(name),
  dump: Buffer.from([0, 255, 10]),
  expiresAt,
});

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "saved-keys-"));
  path = join(folder, "saved");
});

afterEach(() => rmSync(folder, { recursive: true }));

async function written(): Promise<SavedKeysWriter> {
  const writer = await SavedKeysWriter.create(path, HEAD);
  await writer.add([saved("a", 5), saved("\n")]);
  await writer.sync();
  await writer.settle(true);
  await writer.add([saved("kept")]);
  await writer.settle(false);
  await writer.add([saved("unknown")]);
  await writer.close();
  return writer;
}

async function read(): Promise<readonly (readonly SavedKey[])[]> {
  const { head, batches } = await readSavedKeys(path);
  expect(head).toMatchObject(HEAD);
  const all: (readonly SavedKey[])[] = [];
  for await (const batch of batches) {
    all.push(batch);
  }
  return all;
}

test("has what was deleted, and what may have been, and not what was left", async () => {
  expect((await written()).deleted).toBe(2);
  expect(await read()).toEqual([[saved("a", 5), saved("\n")], [saved("unknown")]]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a last line that is cut was not deleted, nor was its batch", async () => {
  await written();
  appendFileSync(path, '["a');
  expect(await read()).toEqual([[saved("a", 5), saved("\n")]]);
});

test.each([
  ["a changed key", (text: string) => text.replace('"YQ=="', '"Yg=="'), "line 2 is damaged"],
  ["a changed time", (text: string) => text.replace(",5,", ",6,"), "line 2 is damaged"],
  ["a line of something else", (text: string) => text.replace('{"deleted":true}', "{}"), "line 4 is damaged"],
  [
    "another head",
    (text: string) => text.replace("keys 1", "keys 2"),
    "line 1 is not the head of such a file",
  ],
  ["nothing", () => "", "line 1 is not the head of such a file"],
])("%s is refused", async (_, change, message) => {
  await written();
  writeFileSync(path, change(readFileSync(path, "utf8")));
  await expect(read()).rejects.toThrow(message);
});

test("a file that is there is not written to", async () => {
  writeFileSync(path, "mine");
  await expect(SavedKeysWriter.create(path, HEAD)).rejects.toThrow(`${path} cannot be written (EEXIST)`);
  expect(readFileSync(path, "utf8")).toBe("mine");
});
