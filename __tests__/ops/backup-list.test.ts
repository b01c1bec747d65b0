import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreFailure } from "../../ops/backup/backup-store";
import { DirectoryStore } from "../../ops/backup/directory-store";
import { VolumeStore } from "../../ops/backup/volume-store";
import { backupList } from "../../ops/commands/backup-list";
import { storeBackup } from "../support/manifests";
import { recorded } from "../support/recorded";
import { shopStack } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

const path = temporaryFolder();

const idOf = (time: number) => `${new Date(time).toISOString().replace(/[-:]|\.\d+/g, "")}-0000`;
const HOUR = 3_600_000;
const every = { every: "6 h", keepLast: 12, keepFor: "72 h" } as const;
const stack = shopStack("prod", { deployment: { backups: every } });

const list = (at: string, json = false) => recorded((terminal) => backupList(stack, { at, json }, terminal));

test("no backup is exit code 1, with the next step", async () => {
  expect(await list(path("none"))).toMatchObject({
    exitCode: 1,
    out: "",
    err: "shop-prod has no backup. Next: bin/redis-ops backup create shop-prod",
  });
});

test.each([
  [11.9, 0, ""],
  [
    12.1,
    1,
    "the newest backup of shop-prod is 12 h old, and one should be made every 6 h. Next: docker logs --tail 20 shop-prod-backup",
  ],
])("a newest one of %d hours is exit code %d", async (hours, exitCode, err) => {
  const at = path(`store-${hours}`);
  const id = idOf(Date.now() - hours * HOUR);
  await storeBackup(new DirectoryStore(at, "/"), id);
  const found = await list(at);
  expect(found).toMatchObject({ exitCode, err });
  expect(found.out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["ID", "KIND", "WHERE", "MADE", "SIZE", "KEYS", "ENGINE", "BY"],
    [id, "rdb", at, `${Math.floor(hours)} h ago`, "29 B", "0", "7.0.15", "redis-ops"],
  ]);
});

test("one of the future is not taken for fresh", async () => {
  const at = path("future");
  const store = new DirectoryStore(at, "/");
  await storeBackup(store, "20990101T000000Z-0000");
  const clocks =
    "1 of the backups of shop-prod is in the future, and not taken for fresh. Next: look at the clocks of this machine and of the Docker engine";
  const alone = await list(at);
  expect(alone.out).toMatch(/ in the future +29 B/);
  expect(alone).toMatchObject({
    exitCode: 1,
    err: `${clocks}\nshop-prod has no other backup. Next: bin/redis-ops backup create shop-prod`,
  });
  await storeBackup(store, idOf(Date.now() - 12.1 * HOUR));
  expect((await list(at)).err).toMatch(/future, [^\n]*\nthe newest backup of shop-prod is 12 h old/);
  await storeBackup(store, idOf(Date.now() - HOUR));
  expect(await list(at)).toMatchObject({ exitCode: 1, err: clocks });
});

test("a place that does not answer is not taken for one without backups", async () => {
  const survey = jest.spyOn(VolumeStore.prototype, "survey");
  survey.mockRejectedValueOnce(new StoreFailure("volume:shop-prod-backups", "no answer", "start Docker"));
  const before = jest.spyOn(DirectoryStore.prototype, "survey").mockResolvedValueOnce([]);
  const { exitCode, err } = await recorded((terminal) => backupList(stack, { json: false }, terminal));
  survey.mockRestore();
  before.mockRestore();
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: [
      "volume:shop-prod-backups: no answer. Next: start Docker.",
      "shop-prod has none in backups; volume:shop-prod-backups did not answer. Next: bin/redis-ops backup create shop-prod",
    ].join("\n"),
  });
});

test("broken ones are told with their reason, and are data for scripts", async () => {
  const at = path("broken");
  const store = new DirectoryStore(at, "/");
  const good = idOf(Date.now() - HOUR);
  const manifest = await storeBackup(store, good);
  await storeBackup(store, "20260101T000000Z-0000");
  writeFileSync(join(at, "shop-prod", "20260101T000000Z-0000.rdb"), "short");
  const problem = "its file has 5 bytes, and 29 in the manifest";
  expect((await list(at)).out).toContain(`\nbroken: 20260101T000000Z-0000 in ${at}: ${problem}`);
  const { exitCode, out, err } = await list(at, true);
  expect({ exitCode, err, data: JSON.parse(out) }).toEqual({
    exitCode: 0,
    err: "",
    data: {
      stack: "shop-prod",
      backups: [{ where: at, manifest }],
      broken: [{ where: at, id: "20260101T000000Z-0000", problem }],
      warnings: [],
    },
  });
});

test("a place that cannot be read is a failure in one line", async () => {
  const file = path("file");
  writeFileSync(file, "");
  const { exitCode, err } = await list(file);
  expect({ exitCode, err }).toEqual({
    exitCode: 1,
    err: `the backups of shop-prod are not known: ${file}: a part of the path is a file. Next: choose a directory with --at.`,
  });
});
