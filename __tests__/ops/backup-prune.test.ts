import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { backupDefaults } from "../../config/defaults";
import { StoreFailure } from "../../ops/backup/backup-store";
import { DirectoryStore } from "../../ops/backup/directory-store";
import { backupPrune } from "../../ops/commands/backup-prune";
import { storeBackup } from "../support/manifests";
import { recorded } from "../support/recorded";
import { shopStack } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

const path = temporaryFolder();
let count = 0;

const IDS = [1, 2, 3, 4].map((day) => `2026010${day}T010000Z-aaa${day}`);
const [first = "", second = "", third = "", fourth = ""] = IDS;

/** A store with these backups, and what `prune` makes of it. */
async function storeWith(ids: readonly string[]) {
  const at = path(`store-${count++}`);
  const store = new DirectoryStore(at, "/");
  for (const id of ids) {
    await storeBackup(store, id);
  }
  const folder = join(at, "shop-prod");
  const files = () => readdirSync(folder).sort();
  /** As if nobody had written to these files, or to any, for so many minutes. */
  const rested = (minutes: number, names = files()) => {
    for (const name of names) {
      utimesSync(join(folder, name), 0, Date.now() / 1000 - minutes * 60);
    }
  };
  return {
    store,
    at,
    folder,
    files,
    rested,
    prune: (options: { keepLast?: string; keepFor?: string; yes?: boolean; json?: boolean } = {}) =>
      recorded((terminal) =>
        backupPrune(
          shopStack("prod"),
          { at, keepLast: "2", keepFor: "0 s", yes: true, json: false, ...options },
          terminal,
        ),
      ),
  };
}

const both = (...ids: readonly string[]) => ids.flatMap((id) => [`${id}.json`, `${id}.rdb`]);

/** Ages change every day. */
const withoutAges = (text: string) => text.replaceAll(/\d+ days ago +/g, "AGO  ");

test("shows what goes and what stays, and removes nothing without --yes", async () => {
  const { prune, files, at } = await storeWith(IDS);
  const { exitCode, out, err } = await prune({ yes: false });
  expect(exitCode).toBe(0);
  expect(err).toBe("nothing was removed. Next: add --yes");
  expect(withoutAges(out).replaceAll(at, "AT").replaceAll(/ +$/gm, "").replaceAll(/ {2,}/g, "  ")).toBe(
    [
      "keeps the newest 2 (from --keep-last), and what is younger than 0 s (from --keep-for)",
      "AT:",
      "stays:",
      "  ID  KIND  WHERE  MADE  SIZE  KEYS  ENGINE  BY",
      `  ${fourth}  rdb  AT  AGO  29 B  0  7.0.15  redis-ops`,
      `  ${third}  rdb  AT  AGO  29 B  0  7.0.15  redis-ops`,
      "goes:",
      `  ${first}  29 B  expired`,
      `  ${second}  29 B  expired`,
    ].join("\n"),
  );
  expect(files()).toEqual(both(...IDS));
});

test("removes with --yes; a second time there is nothing to remove", async () => {
  const { prune, files } = await storeWith(IDS);
  expect(await prune()).toMatchObject({ exitCode: 0, err: "removed" });
  expect(files()).toEqual(both(third, fourth));
  expect(await prune()).toMatchObject({ exitCode: 0, err: "nothing to remove" });
  expect(files()).toEqual(both(third, fourth));
});

test("keeps what is young enough", async () => {
  const { prune, files } = await storeWith(IDS);
  await prune({ keepFor: "876000 h" });
  expect(files()).toEqual(both(...IDS));
});

test("the only one stays, however old it is", async () => {
  const { prune, files } = await storeWith([first]);
  expect(await prune({ keepLast: "1" })).toMatchObject({ exitCode: 0, err: "nothing to remove" });
  expect(files()).toEqual(both(first));
});

test("a damaged backup does not count: the newest good one stays, and so many beside it", async () => {
  const { prune, files, folder } = await storeWith(IDS);
  writeFileSync(join(folder, `${fourth}.rdb`), `data of ${fourth}`.replace("data", "atad"));
  writeFileSync(join(folder, `${third}.rdb`), "short");
  const { out } = await prune({ keepLast: "1" });
  expect(out).toContain(
    `is wrong and stays, until a newer good backup is there and nobody writes to it:\n  ${fourth}  29 B  the file has the SHA-256 `,
  );
  expect(files()).toEqual([...both(second), ...both(third), ...both(fourth)]);
});

test("where nothing is good, nothing goes", async () => {
  const { prune, files, folder } = await storeWith([first, second]);
  for (const id of [first, second]) {
    writeFileSync(join(folder, `${id}.rdb`), `atad of ${id}`);
  }
  expect(await prune({ keepLast: "1" })).toMatchObject({ exitCode: 0, err: "nothing to remove" });
  expect(files()).toEqual(both(first, second));
});

test("what is broken, and what an interrupted run left, goes where a newer good one is", async () => {
  const { prune, files, folder, rested } = await storeWith([second]);
  const put = (name: string) => writeFileSync(join(folder, name), "x");
  put(`${first}.rdb`);
  put(`${first}.rdb.part-1234`);
  put(`${third}.rdb.zst`);
  put("20260101T020000Z-bbbb.json");
  put("redis_backup.prom");
  rested(61);
  const { out } = await prune();
  expect(out).toContain(
    [
      `  ${third}  1 B  left by a run that did not end`,
      "goes:",
      "  20260101T020000Z-bbbb  1 B  its manifest is not JSON",
      `  ${first}  2 B  left by a run that did not end`,
    ].join("\n"),
  );
  expect(files()).toEqual([...both(second), `${third}.rdb.zst`, "redis_backup.prom"].sort());
});

test("what a copy, or a long run, is writing at this moment stays, however old its id is", async () => {
  const { prune, files, folder, rested } = await storeWith([second]);
  const names = [`${first}.rdb.part-1234`, "20260101T020000Z-bbbb.rdb", "20260101T020000Z-bbbb.json"];
  for (const name of names) {
    writeFileSync(join(folder, name), "x");
  }
  rested(59);
  const { exitCode, out, err } = await prune();
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "nothing to remove" });
  expect(out).toContain(
    `  ${first}  1 B  left by a run that did not end, or is still written: it changed within the hour`,
  );
  expect(files()).toEqual([...both(second), ...names].sort());
  rested(61, [`${first}.rdb.part-1234`]);
  await prune();
  expect(files()).toEqual([...both(second), ...names.slice(1)].sort());
});

test("backups of the future, by a clock that was wrong, neither count nor go", async () => {
  const future = ["20990101T010000Z-bbbb", "20990102T010000Z-bbbb"];
  const { prune, files, rested } = await storeWith([...IDS, ...future]);
  rested(61);
  const { out } = await prune();
  expect(out.replaceAll(/ {2,}/g, "  ")).toMatch(
    /\nis in the future, so it stays and does not count:\n.*\n {2}20990102T010000Z-bbbb {2}rdb {2}\S+ {2}in the future {2}29 B/,
  );
  expect(files()).toEqual([...both(third, fourth), ...both(...future)].sort());
});

test("says which policy it used, of the schedule or of the default", async () => {
  const { at } = await storeWith([first]);
  const told = async (stack: Parameters<typeof backupPrune>[0]) => {
    const prune = recorded((terminal) => backupPrune(stack, { at, yes: false, json: false }, terminal));
    return (await prune).out.split("\n")[0];
  };
  const backups = { every: "6 h", keepLast: 12, keepFor: "72 h" } as const;
  expect(await told(shopStack("prod", { deployment: { backups } }))).toBe(
    "keeps the newest 12 (from the stack's schedule), and what is younger than 72 h (from the stack's schedule)",
  );
  const { keepLast, keepFor } = backupDefaults;
  expect(await told(shopStack("dev"))).toBe(
    `keeps the newest ${keepLast} (from the default), and what is younger than ${keepFor} (from the default)`,
  );
});

test("a store that fails says how many went before", async () => {
  const { prune, files, at } = await storeWith(IDS);
  const { remove } = DirectoryStore.prototype;
  const failing = jest.spyOn(DirectoryStore.prototype, "remove");
  failing
    .mockImplementationOnce(function (this: DirectoryStore, ...args) {
      return remove.apply(this, args);
    })
    .mockRejectedValueOnce(new StoreFailure(at, "permission denied", "run as its owner"));
  const { exitCode, err } = await prune();
  failing.mockRestore();
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: `1 of 2 were removed: ${at}: permission denied. Next: run as its owner.`,
  });
  expect(files()).toHaveLength(6);
});

test("data for scripts", async () => {
  const { prune, at } = await storeWith([first, second, third]);
  const { out, err } = await prune({ keepLast: "2", json: true });
  expect(err).toBe("");
  expect(JSON.parse(out)).toEqual({
    stack: "shop-prod",
    stores: [
      {
        where: at,
        kept: [third, second],
        removed: [{ id: first, names: both(first), bytes: 29, why: "expired" }],
        left: [],
        future: [],
      },
    ],
    removed: true,
  });
});

test.each([
  [
    { keepLast: "0" },
    '--keep-last: got "0", expected a whole number of 1 to 1000. Fix: write how many of the newest to keep.',
  ],
  [
    { keepLast: "1001" },
    '--keep-last: got "1001", expected a whole number of 1 to 1000. Fix: write how many of the newest to keep.',
  ],
  [
    { keepFor: "3d" },
    '--keep-for: got "3d", expected a whole number and a unit (h, min, s, ms), such as "30 s". Fix: write "72 h".',
  ],
])("refuses %j", async (options, line) => {
  const { prune, files } = await storeWith([first]);
  await expect(prune(options)).rejects.toThrow(`1 problem, nothing was changed\n  ${line}`);
  expect(files()).toEqual(both(first));
});
