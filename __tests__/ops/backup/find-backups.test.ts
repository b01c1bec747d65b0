import { Readable } from "node:stream";
import { InvalidInputError } from "../../../core/problem";
import { type BackupStore, StoreFailure } from "../../../ops/backup/backup-store";
import { DirectoryStore } from "../../../ops/backup/directory-store";
import { chooseBackup, findBackups, passedOver } from "../../../ops/backup/find-backups";
import { formatManifest, type Manifest } from "../../../ops/backup/manifest";
import { manifestOf, storeBackup } from "../../support/manifests";
import { temporaryFolder } from "../../support/temporary-folder";

const path = temporaryFolder();
let count = 0;
const fresh = () => new DirectoryStore(path(`store-${count++}`), "/");

const [first, second, third] = [
  "20261119T010000Z-aaaa",
  "20261120T010000Z-bbbb",
  "20261121T010000Z-cccc",
] as const;

const put = (store: BackupStore, name: string, content: string) =>
  store.write("shop-prod", name, Readable.from([Buffer.from(content)]));

/** Of one store with one backup, the manifest of which was changed. */
async function problemOf(
  change: (manifest: Manifest) => Manifest | string | Promise<Manifest | string>,
  id = first,
) {
  const store = fresh();
  const changed = await change(await storeBackup(store, id));
  await put(store, `${id}.json`, typeof changed === "string" ? changed : formatManifest(changed));
  const { good, broken } = await findBackups([store], "shop-prod");
  expect(good).toEqual([]);
  return broken
    .map((one) => [one.store, one.id, one.problem])
    .map(([where, ...rest]) => (where === store ? rest : where));
}

test("newest first, of all stores, and nothing that is no backup", async () => {
  const [one, other] = [fresh(), fresh()];
  await storeBackup(one, first);
  await storeBackup(one, third);
  await storeBackup(other, second);
  await storeBackup(other, third);
  await put(one, "redis_backup.prom", "redis_backup_last_size_bytes 1");
  await put(one, "20261121T020000Z-dddd.rdb", "data without a manifest");
  await put(one, "notes.json", "{}");
  const { good, broken, failures } = await findBackups([one, other], "shop-prod");
  expect(good.map(({ store, manifest }) => [store === one ? "one" : "other", manifest.id])).toEqual([
    ["one", third],
    ["other", third],
    ["other", second],
    ["one", first],
  ]);
  expect([broken, failures]).toEqual([[], []]);
  expect(await findBackups([one], "shop-dev")).toEqual({ good: [], broken: [], failures: [] });
});

test("latest passes over those of the future and says so; by its id one can be had all the same", async () => {
  const store = fresh();
  const [future, now] = ["20261122T010000Z-eeee", new Date("2026-11-21T12:00:00Z")];
  for (const id of [future, first, third]) {
    await storeBackup(store, id);
  }
  const found = await findBackups([store], "shop-prod", now);
  expect(found.good.map(({ manifest }) => manifest.id)).toEqual([third, first, future]);
  expect(chooseBackup(found, "latest", "--from", now).manifest.id).toBe(third);
  expect(passedOver(found, "latest", now)).toEqual([
    `passed over: ${future} in ${store.where}, which is in the future`,
  ]);
  expect(chooseBackup(found, future, "--from", now).manifest.id).toBe(future);
  expect(passedOver(found, future, now)).toEqual([]);
  const earlier = new Date("2026-11-01T00:00:00Z");
  expect(() => chooseBackup(found, "latest", "--from", earlier)).toThrow(
    `--from: got "latest", and every backup is in the future, expected one that was begun before now. Fix: set this machine's clock, or name one: ${third}, ${first}, ${future}.`,
  );
});

test("a hundred are found in a moment", async () => {
  const store = fresh();
  const ids = Array.from(
    { length: 100 },
    (_, index) => `20261121T01${String(index % 60).padStart(2, "0")}00Z-${String(index).padStart(4, "0")}`,
  );
  await Promise.all(ids.map((id) => storeBackup(store, id)));
  const started = Date.now();
  const { good } = await findBackups([store], "shop-prod");
  expect(good.map(({ manifest }) => manifest.id)).toEqual([...ids].sort().reverse());
  expect(Date.now() - started).toBeLessThan(3000);
});

test.each<[string, (manifest: Manifest) => Manifest | string, string | RegExp]>([
  ["no JSON", () => "{", "its manifest is not JSON"],
  ["no manifest", () => "[]", /^its manifest is not a manifest: /],
  ["too large", () => " ".repeat(1024 * 1024 + 1), "its manifest has 1048577 bytes, more than 1048576"],
  ["another's", () => manifestOf(second), `its manifest is of ${second}`],
  ["another stack's", (own) => ({ ...own, stack: "shop-dev" }), "its manifest is of the stack shop-dev"],
  [
    "of another file",
    (own) => ({ ...own, file: { ...own.file, name: ".." } }),
    `its manifest speaks of the file "..", and not of ${first}.rdb`,
  ],
  [
    "of a file that is not there",
    (own) => ({ ...own, compression: "zstd", file: { ...own.file, name: `${first}.rdb.zst` } }),
    `its file ${first}.rdb.zst is missing`,
  ],
  [
    "of a file of another size",
    (own) => ({ ...own, file: { ...own.file, bytes: 1 } }),
    "its file has 29 bytes, and 1 in the manifest",
  ],
])("a manifest that is %s makes a broken backup", async (_, change, problem) => {
  expect(await problemOf(change)).toEqual([
    [first, typeof problem === "string" ? problem : expect.stringMatching(problem)],
  ]);
});

describe("stores that fail", () => {
  const failing = (reason: string): BackupStore => {
    const store = fresh();
    store.survey = () => Promise.reject(new StoreFailure(store.where, reason, "wait"));
    return store;
  };

  test("are told beside what others have", async () => {
    const store = fresh();
    await storeBackup(store, first);
    const { good, failures } = await findBackups([failing("no answer"), store], "shop-prod");
    expect(good.map(({ manifest }) => manifest.id)).toEqual([first]);
    expect(failures.map(({ reason }) => reason)).toEqual(["no answer"]);
  });

  test("are an error when no other is left", async () => {
    const [one, other] = [failing("no answer"), failing("no credentials")];
    await expect(findBackups([one, other], "shop-prod")).rejects.toThrow(
      `${one.where}: no answer. Next: wait.`,
    );
  });

  test("a bug is a bug", async () => {
    const store = fresh();
    store.survey = () => Promise.reject(new TypeError("undefined is not a function"));
    await expect(findBackups([store, fresh()], "shop-prod")).rejects.toThrow(TypeError);
  });
});

describe("choosing", () => {
  const store = fresh();
  const backups = (...ids: readonly string[]) => ids.map((id) => ({ store, manifest: manifestOf(id) }));
  const found = {
    good: backups(third, second, second, first),
    broken: [{ store, id: "20261122T010000Z-eeee", problem: "its manifest is not JSON" }],
  };
  const choice = (id: string, from: Parameters<typeof chooseBackup>[0] = found) => {
    try {
      return chooseBackup(from, id, "--from").manifest.id;
    } catch (error) {
      return error instanceof InvalidInputError ? error.message.split("\n").slice(1).join() : error;
    }
  };

  test.each([
    ["latest", third],
    [first, first],
    ["20261120", second],
    ["20261119T010000Z-aa", first],
  ])("%s: %s", (id, expected) => {
    expect(choice(id)).toBe(expected);
  });

  test("of the same in two stores, the first store's", () => {
    expect(chooseBackup(found, second)).toBe(found.good[1]);
  });

  test.each([
    [
      "202611",
      `"202611", with which 3 ids begin, expected one of them. Fix: use one of ${third}, ${second}, ${first}.`,
    ],
    ["", `"", with which 3 ids begin, expected one of them. Fix: use one of ${third}, ${second}, ${first}.`],
    [
      "20261119T010000Z-aaab",
      `"20261119T010000Z-aaab", expected the id of a backup, its beginning, or latest. Fix: did you mean "${first}"? Use that name.`,
    ],
    [
      "last",
      '"last", expected the id of a backup, its beginning, or latest. Fix: did you mean "latest"? Use that name.',
    ],
    [
      "20261122T010000Z-eeee",
      `"20261122T010000Z-eeee", and its manifest is not JSON, expected a backup that is whole. Fix: use another, e.g. ${third}, the newest.`,
    ],
  ])("%j is refused", (id, expected) => {
    expect(choice(id)).toBe(`  --from: got ${expected}`);
  });

  test("of none", () => {
    const none =
      '  --from: got "latest", expected a backup, and there is none. Fix: make one with redis-ops backup create.';
    expect(choice("latest", { good: [], broken: found.broken })).toBe(none);
  });

  test("nothing stands for the only one", () => {
    expect(choice("", { good: backups(first), broken: [] })).toBe(
      `  --from: got "", expected the id of a backup, its beginning, or latest. Fix: use one of ${first}, latest.`,
    );
  });
});
