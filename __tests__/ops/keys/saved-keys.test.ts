import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { keepKeys } from "../../../ops/keys/keep-keys";
import { MAX_SAVED_BYTES, readSavedKeys, type SavedKey, SavedKeysWriter } from "../../../ops/keys/saved-keys";

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

test("wherever the end is lost, keys that were on the disk before are there", async () => {
  const writer = await SavedKeysWriter.create(path, HEAD);
  await writer.add([saved("first")]);
  await writer.settle(true);
  const settled = statSync(path).size;
  await writer.add([saved("a", 5), saved("b")]);
  await writer.sync();
  const synced = statSync(path).size;
  await writer.settle(true);
  await writer.close();
  const whole = readFileSync(path);
  for (let end = settled; end <= whole.length; end += 1) {
    for (const rest of [0, whole.length - end]) {
      writeFileSync(path, Buffer.concat([whole.subarray(0, end), Buffer.alloc(rest)]));
      const [first, second = [], ...more] = await read();
      expect([first, more]).toEqual([[saved("first")], []]);
      expect(end < synced || second.length === 2).toBe(true);
    }
  }
});

test("any text can stand in the head", async () => {
  const head = { ...HEAD, filters: "--user a\u2028b\u2029\r\n\u0000" };
  await (await SavedKeysWriter.create(path, head)).close();
  expect((await readSavedKeys(path)).head).toMatchObject(head);
  expect(readFileSync(path, "utf8")).toMatch(/^[ -~]+\n$/);
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

const rowOf = (...row: readonly unknown[]) => {
  const sum = createHash("sha256").update(JSON.stringify(row)).digest("base64").slice(0, 12);
  return `${JSON.stringify([...row, sum])}\n`;
};

test("a row that was made by hand, with a right checksum, is read", async () => {
  await (await SavedKeysWriter.create(path, HEAD)).close();
  appendFileSync(path, rowOf("YQ==", 1, "AP8K") + rowOf("", null, ""));
  const empty = Buffer.alloc(0);
  expect(await read()).toEqual([[saved("a", 1), { key: empty, dump: empty, expiresAt: null }]]);
});

test.each([
  ["a time that is text", ["YQ==", "x", "AP8K"]],
  ["a time beyond whole numbers", ["YQ==", 1e300, "AP8K"]],
  ["a time with a fraction", ["YQ==", 1.5, "AP8K"]],
  ["a time of nothing", ["YQ==", 0, "AP8K"]],
  ["no text as the key", [1, null, "AP8K"]],
  ["a value that is no base64", ["YQ==", null, "A*8K"]],
  ["a value that is cut", ["YQ==", null, "AP8"]],
])("%s is refused with its line, though the checksum is right", async (_, row) => {
  await (await SavedKeysWriter.create(path, HEAD)).close();
  appendFileSync(path, rowOf("YQ==", null, "AP8K") + rowOf(...row));
  await expect(read()).rejects.toThrow("line 3 has a right checksum, and is no key with its value and time");
});

test.each(["stack", "savedAt", "redisVersion", "filters"])("a head without %s is refused", async (name) => {
  writeFileSync(
    path,
    `${JSON.stringify({ format: "redis-ops saved keys 1", ...HEAD, [name]: undefined })}\n`,
  );
  await expect(read()).rejects.toThrow("line 1 is not the head of such a file");
});

test("a line that does not end is refused before it fills the memory", async () => {
  await expect(readSavedKeys("/dev/zero")).rejects.toThrow("line 1 is longer than 43 MiB");
  await written();
  appendFileSync(path, Buffer.alloc(50 * 1_048_576, "x"));
  await expect(read()).rejects.toThrow("line 8 is longer than 43 MiB");
});

test("the longest key with its value that is written is read", async () => {
  const long = { key: Buffer.from("k"), dump: Buffer.alloc(MAX_SAVED_BYTES - 1), expiresAt: null };
  const writer = await SavedKeysWriter.create(path, HEAD);
  await writer.add([long]);
  await writer.close();
  const [[one] = []] = await read();
  expect(one?.dump.equals(long.dump)).toBe(true);
});

test("what is longer than it is left, and not kept", async () => {
  const writer = await SavedKeysWriter.create(path, HEAD);
  const dump = Buffer.alloc(MAX_SAVED_BYTES);
  const live = {
    batch: async (commands: readonly (readonly unknown[])[]) =>
      commands.map(([name]) => (name === "DUMP" ? dump : name === "MEMORY" ? 100 : -1)),
  };
  const keys = [{ key: Buffer.from("a") }];
  expect(await keepKeys(live as never, keys, writer)).toEqual({ kept: [], tooLarge: keys });
  await writer.close();
  expect(await read()).toEqual([]);
});

test("a file that is there is not written to", async () => {
  writeFileSync(path, "mine");
  await expect(SavedKeysWriter.create(path, HEAD)).rejects.toThrow(`${path} cannot be written (EEXIST)`);
  expect(readFileSync(path, "utf8")).toBe("mine");
});
