import { writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import type { BackupStore } from "../../../ops/backup/backup-store";
import { copyBackup } from "../../../ops/backup/copy-backup";
import { DirectoryStore } from "../../../ops/backup/directory-store";
import { DamagedBackup } from "../../../ops/backup/failures";
import { storeBackup } from "../../support/manifests";
import { temporaryFolder } from "../../support/temporary-folder";

const path = temporaryFolder();
const ID = "20261121T120000Z-0001";
const asItIs = (source: Readable) => source;

/** A directory in which nothing is removed, and that writes what `change` makes of the content. */
class Stubborn extends DirectoryStore implements BackupStore {
  readonly written: string[] = [];

  constructor(
    where: string,
    private readonly change: (content: Readable) => Readable = asItIs,
  ) {
    super(where, "/");
  }

  override async write(stack: string, name: string, content: Readable): Promise<void> {
    await super.write(stack, name, this.change(content));
    this.written.push(name);
  }

  override async remove(): Promise<void> {
    throw new Error("nothing is removed here");
  }
}

test("the data is written before the manifest", async () => {
  const store = new DirectoryStore(path("order"), "/");
  const target = new Stubborn(path("order-copy"));
  await copyBackup({ store, manifest: await storeBackup(store, ID) }, target, asItIs);
  expect(target.written).toEqual([`${ID}.rdb`, `${ID}.json`]);
});

test("of one whose bytes have changed, nothing reaches the other place", async () => {
  const store = new DirectoryStore(path("changed"), "/");
  const manifest = await storeBackup(store, ID);
  writeFileSync(path(`changed/${manifest.stack}/${ID}.rdb`), "x".repeat(manifest.file.bytes));
  const target = new Stubborn(path("changed-copy"));
  await expect(copyBackup({ store, manifest }, target, asItIs)).rejects.toThrow(DamagedBackup);
  expect(await target.list(manifest.stack)).toEqual([]);
});

test("a place that keeps other bytes than it is given gets no manifest", async () => {
  const store = new DirectoryStore(path("lossy"), "/");
  const manifest = await storeBackup(store, ID);
  const lossy = async function* (content: Readable) {
    for await (const chunk of content) {
      yield Buffer.alloc(chunk.length);
    }
  };
  const target = new Stubborn(path("lossy-copy"), (content) => Readable.from(lossy(content)));
  await expect(copyBackup({ store, manifest }, target, asItIs)).rejects.toThrow("the file has the SHA-256");
  expect(target.written).toEqual([`${ID}.rdb`]);
});
