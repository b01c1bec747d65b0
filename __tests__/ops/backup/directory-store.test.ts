import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { StoreFailure } from "../../../ops/backup/backup-store";
import { DirectoryStore } from "../../../ops/backup/directory-store";
import { temporaryFolder } from "../../support/temporary-folder";

const path = temporaryFolder();
const of = (content: string) => Readable.from([Buffer.from(content)]);
let count = 0;
const fresh = () => {
  const folder = path(`store-${count++}`);
  return { folder, store: new DirectoryStore(folder, "/") };
};
const mode = (file: string) => statSync(file).mode & 0o777;

test("writes, lists, reads, replaces and removes, and its owner alone can read it", async () => {
  const { folder, store } = fresh();
  expect(await store.list("shop-prod")).toEqual([]);
  expect(await store.survey("shop-prod")).toEqual([]);
  await store.write("shop-prod", "a.rdb", of("old"));
  await store.write("shop-prod", "a.rdb", of("data"));
  await store.write("shop-prod", "a.json", of("{}"));
  expect([...(await store.list("shop-prod"))].sort()).toEqual(["a.json", "a.rdb"]);
  expect(await store.survey("shop-prod")).toEqual(
    expect.arrayContaining([
      { name: "a.json", bytes: 2, changedAt: statSync(`${folder}/shop-prod/a.json`).mtime, text: "{}" },
      { name: "a.rdb", bytes: 4, changedAt: statSync(`${folder}/shop-prod/a.rdb`).mtime },
    ]),
  );
  expect(await text(await store.read("shop-prod", "a.rdb"))).toBe("data");
  expect([mode(folder), mode(`${folder}/shop-prod`), mode(`${folder}/shop-prod/a.rdb`)]).toEqual([
    0o700, 0o700, 0o600,
  ]);
  await store.remove("shop-prod", ["a.json", "none", "a.rdb"]);
  expect(readdirSync(`${folder}/shop-prod`)).toEqual([]);
  await store.remove("no-such-stack", ["a.json"]);
});

test("a relative path starts from the base, and is shown as it was written", async () => {
  const store = new DirectoryStore("some/where", path(""));
  await store.write("shop-prod", "a.rdb", of("data"));
  expect(readFileSync(path("some/where/shop-prod/a.rdb"), "utf8")).toBe("data");
  expect(store.where).toBe("some/where");
});

test("a file that somebody removes while it is written is a failure in one line", async () => {
  const { folder, store } = fresh();
  const content = async function* () {
    yield Buffer.from("some");
    const [part = ""] = readdirSync(`${folder}/shop-prod`);
    rmSync(`${folder}/shop-prod/${part}`);
  };
  await expect(store.write("shop-prod", "a.rdb", Readable.from(content()))).rejects.toEqual(
    new StoreFailure(
      folder,
      "somebody removed a file of it in the meantime",
      "try again when nothing else cleans up there",
    ),
  );
});

test("of a write that fails nothing stays, and what was there before does", async () => {
  const { folder, store } = fresh();
  await store.write("shop-prod", "a.rdb", of("before"));
  const failure = Object.assign(new Error("the server is full"), { code: "ENOSPC" });
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(1_000_000);
      throw failure;
    })(),
  );
  await expect(store.write("shop-prod", "a.rdb", broken)).rejects.toBe(failure);
  expect(readdirSync(`${folder}/shop-prod`)).toEqual(["a.rdb"]);
  expect(readFileSync(`${folder}/shop-prod/a.rdb`, "utf8")).toBe("before");
});

test("while a write goes on there is no file of that name", async () => {
  const { folder, store } = fresh();
  const seen: string[][] = [];
  const content = Readable.from(
    (async function* () {
      yield Buffer.alloc(100_000);
      seen.push(readdirSync(`${folder}/shop-prod`));
      yield Buffer.alloc(1);
    })(),
  );
  await store.write("shop-prod", "a.rdb", content);
  expect(seen).toEqual([[expect.stringMatching(/^a\.rdb\.part-[0-9a-f]{8}$/)]]);
});

test("a file that is not there", async () => {
  const { folder, store } = fresh();
  await expect(store.read("shop-prod", "a.rdb")).rejects.toThrow(`${folder} has no shop-prod/a.rdb`);
});

test.each([
  ["..", "a.rdb"],
  ["shop-prod", "../a.rdb"],
  ["shop-prod", ".."],
  ["shop/prod", "a.rdb"],
  ["", "a.rdb"],
  ["shop-prod", "-rf"],
])("never leads elsewhere: %j, %j", async (stack, name) => {
  const { folder, store } = fresh();
  for (const attempt of [
    () => store.read(stack, name),
    () => store.write(stack, name, of("x")),
    () => store.remove(stack, [name]),
  ]) {
    await expect(attempt()).rejects.toThrow("expected a name of letters, digits, `.`, `_` and `-`");
  }
  expect(existsSync(folder)).toBe(false);
});

test("what the file system refuses is told in one line with the next step", async () => {
  const { folder, store } = fresh();
  writeFileSync(folder, "a file");
  const refused = store.write("shop-prod", "a.rdb", of("x"));
  await expect(refused).rejects.toThrow(
    new StoreFailure(folder, "a part of the path is a file", "choose a directory with --at"),
  );
  await expect(store.list("shop-prod")).rejects.toThrow(
    `${folder}: a part of the path is a file. Next: choose a directory with --at.`,
  );
});

test("free space is that of the file system, also before the directory is there", async () => {
  const there = await new DirectoryStore(path("."), "/").free();
  const later = await new DirectoryStore(path("not/yet/there"), "/").free();
  expect(there).toBeGreaterThan(0);
  expect(Math.abs(there - later)).toBeLessThan(1024 ** 3);
});
