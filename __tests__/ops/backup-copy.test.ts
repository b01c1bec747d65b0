import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DirectoryStore } from "../../ops/backup/directory-store";
import { backupCopy } from "../../ops/commands/backup-copy";
import { manifestOf, storeBackup } from "../support/manifests";
import { recorded } from "../support/recorded";
import { withS3 } from "../support/s3-server";
import { shopStack } from "../support/stack-fixtures";
import { temporaryFolder } from "../support/temporary-folder";

const path = temporaryFolder();
const stack = shopStack("prod");
const OLD = "20261120T120000Z-0001";
const NEW = "20261121T120000Z-0002";

const copy = (at: string, to: string, from = "latest", json = false) =>
  recorded((terminal) => backupCopy(stack, { from, to, at, json }, terminal));

async function filled(name: string): Promise<string> {
  const at = path(name);
  for (const id of [OLD, NEW]) {
    await storeBackup(new DirectoryStore(at, "/"), id);
  }
  return at;
}

const files = (at: string) =>
  existsSync(join(at, stack.id))
    ? Object.fromEntries(
        readdirSync(join(at, stack.id)).map((name) => [name, readFileSync(join(at, stack.id, name), "utf8")]),
      )
    : {};

test("the newest is copied byte for byte, and the second time there is nothing to do", async () => {
  const at = await filled("one");
  const to = path("one-copy");
  expect(await copy(at, to)).toMatchObject({
    exitCode: 0,
    out: `copied: ${NEW} from ${at} to ${to}`,
    err: "",
  });
  const here = files(at);
  const there = { [`${NEW}.json`]: here[`${NEW}.json`], [`${NEW}.rdb`]: here[`${NEW}.rdb`] };
  expect(files(to)).toEqual(there);
  expect(await copy(at, to)).toMatchObject({
    exitCode: 0,
    out: `there already: ${NEW} from ${at} to ${to}`,
    err: "",
  });
  expect(files(to)).toEqual(there);
});

test("all are copied, the newest first, and are data for scripts", async () => {
  const at = await filled("all");
  const to = path("all-copy");
  await copy(at, to, OLD);
  const { exitCode, out, err } = await copy(at, to, "all", true);
  expect({ exitCode, err, data: JSON.parse(out) }).toEqual({
    exitCode: 0,
    err: "",
    data: {
      stack: stack.id,
      to,
      backups: [
        { id: NEW, from: at, result: "copied" },
        { id: OLD, from: at, result: "there already" },
      ],
    },
  });
  expect(files(to)).toEqual(files(at));
});

test("to S3 and back they are the same", async () => {
  const at = await filled("near");
  const back = path("back");
  mkdirSync(path("s3"));
  await withS3(path("s3"), "backups", async () => {
    expect((await copy(at, "s3://backups/far", "all")).exitCode).toBe(0);
    expect((await copy("s3://backups/far", back, "all")).exitCode).toBe(0);
  });
  expect(files(back)).toEqual(files(at));
});

test("one with changed bytes is not copied, and the others are", async () => {
  const at = await filled("changed");
  const to = path("changed-copy");
  writeFileSync(join(at, stack.id, `${NEW}.rdb`), "x".repeat(29));
  const { exitCode, out, err } = await copy(at, to, "all");
  expect(out).toMatch(
    new RegExp(
      `^failed: ${NEW} from ${at} to ${to}: the file has the SHA-256 \\w{64}, and \\w{64} in the manifest\\ncopied: ${OLD} from ${at} to ${to}$`,
    ),
  );
  expect(err).toBe(
    "Next: bin/redis-ops backup verify shop-prod --id all, and bin/redis-ops backup create shop-prod",
  );
  expect(exitCode).toBe(1);
  expect(Object.keys(files(to))).toEqual([`${OLD}.json`, `${OLD}.rdb`]);
});

test("one that is broken is told, and what is broken there is written anew", async () => {
  const at = await filled("broken");
  const to = path("broken-copy");
  await copy(at, to, "all");
  writeFileSync(join(at, stack.id, `${OLD}.rdb`), "short");
  writeFileSync(join(to, stack.id, `${NEW}.rdb`), "short");
  expect(await copy(at, to, "all")).toMatchObject({
    exitCode: 1,
    out: `copied: ${NEW} from ${at} to ${to}`,
    err: `not copied: ${OLD}, its file has 5 bytes, and 29 in the manifest`,
  });
  expect(files(to)[`${NEW}.rdb`]).toBe(files(at)[`${NEW}.rdb`]);
});

test("another backup of the same id is not replaced", async () => {
  const at = await filled("same");
  const to = await filled("same-copy");
  const other = join(to, stack.id, `${NEW}.json`);
  const sha256 = manifestOf(NEW).file.sha256;
  writeFileSync(other, readFileSync(other, "utf8").replace(/"sha256": "\w+"/, `"sha256": "${sha256}"`));
  const before = files(to);
  await expect(copy(at, to)).rejects.toThrow(
    `1 problem, nothing was changed\n  --to ${to}: got another backup with the id ${NEW}, expected the same one, or none. Fix: choose another place.`,
  );
  expect(files(to)).toEqual(before);
});

test("a place that cannot be one is told under its flag, and none to copy is exit code 1", async () => {
  const at = await filled("refused");
  await expect(copy(at, "ftp://host/folder")).rejects.toThrow(
    'nothing was changed\n  --to: got "ftp://host/folder", expected a directory, volume:NAME or s3://BUCKET/PREFIX. Fix: use one of these three.',
  );
  expect(await copy(path("none"), path("none-copy"), "all")).toMatchObject({
    exitCode: 1,
    out: "",
    err: "shop-prod has no backup. Next: bin/redis-ops backup create shop-prod",
  });
});
