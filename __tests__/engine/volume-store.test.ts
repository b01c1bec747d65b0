import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { findBackups } from "../../ops/backup/find-backups";
import { formatManifest } from "../../ops/backup/manifest";
import { VolumeStore } from "../../ops/backup/volume-store";
import { runThrowAway } from "../../ops/docker-run";
import { manifestOf } from "../support/manifests";
import { LAB_IMAGE, Scratch } from "../support/scratch";

const MIB = 1024 * 1024;

let scratch: Scratch;
let store: VolumeStore;
let volume: string;
beforeAll(async () => {
  scratch = await Scratch.create();
  volume = `${scratch.prefix}-backups`;
  store = new VolumeStore(scratch.docker, volume, { containerName: "none", image: LAB_IMAGE });
});
afterAll(() => scratch.remove());

const of = (...pieces: readonly Buffer[]) => Readable.from(pieces);

/** In the volume, as the schedule's container has it. */
const shell = (script: string) =>
  runThrowAway(scratch.docker, {
    image: LAB_IMAGE,
    argv: ["sh", "-c", script],
    binds: [`${volume}:/backups`],
  });

test("asking for what is not there makes no volume", async () => {
  expect(await store.list("shop-prod")).toEqual([]);
  expect(await store.free()).toBeGreaterThan(MIB);
  await store.remove("shop-prod", ["a.rdb"]);
  await expect(store.read("shop-prod", "a.rdb")).rejects.toThrow(`volume:${volume} has no shop-prod/a.rdb`);
  expect(await scratch.inEngine()).toEqual([]);
});

test("writes, lists, reads and removes", async () => {
  const pieces = Array.from({ length: 12 }, () => randomBytes(MIB));
  await store.write("shop-prod", "a.rdb", of(...pieces));
  await store.write("shop-prod", "a.json", of(Buffer.from('{"ü": 1}\n')));
  expect((await buffer(await store.read("shop-prod", "a.rdb"))).equals(Buffer.concat(pieces))).toBe(true);
  const survey = await store.survey("shop-prod");
  expect(survey).toMatchObject([
    { name: "a.json", bytes: 10, text: '{"ü": 1}\n' },
    { name: "a.rdb", bytes: 12 * MIB },
  ]);
  expect(survey.filter(({ changedAt }) => Math.abs(Date.now() - changedAt.getTime()) > 60_000)).toEqual([]);
  expect((await shell("stat -c '%a %u:%g' /backups/shop-prod /backups/shop-prod/*")).stdout).toBe(
    "700 999:1000\n600 999:1000\n600 999:1000\n",
  );
  await expect(store.read("shop-prod", "b.rdb")).rejects.toThrow(`volume:${volume} has no shop-prod/b.rdb`);
  await store.remove("shop-prod", ["a.json", "none", "a.rdb"]);
  expect(await store.list("shop-prod")).toEqual([]);
});

test("of a write that fails nothing stays, and its error is the content's", async () => {
  const failure = new Error("the server went away");
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(3 * MIB);
      throw failure;
    })(),
  );
  await expect(store.write("shop-prod", "a.rdb", broken)).rejects.toBe(failure);
  expect(await store.list("shop-prod")).toEqual([]);
});

test("a reader that stops early leaves nothing running", async () => {
  await store.write("shop-prod", "a.rdb", of(Buffer.alloc(4 * MIB)));
  for await (const _ of await store.read("shop-prod", "a.rdb")) {
    break;
  }
  await store.remove("shop-prod", ["a.rdb"]);
});

test("a hundred backups that the schedule has written are found in a moment", async () => {
  const manifest = formatManifest(manifestOf("20261121T010000Z-0000", { madeBy: "schedule" }));
  const written = await shell(`
    cd /backups/shop-prod && : >redis_backup.prom
    for number in $(seq 1000 1099); do
      id=20261121T010000Z-$number
      : >$id.rdb
      printf '%s' '${manifest}' | sed "s/20261121T010000Z-0000/$id/" >$id.json
    done`);
  expect(written.exitCode).toBe(0);
  const started = Date.now();
  const { good, broken } = await findBackups([store], "shop-prod");
  expect([good.length, good[0]?.manifest.id, broken]).toEqual([100, "20261121T010000Z-1099", []]);
  expect(Date.now() - started).toBeLessThan(3000);
});

test("what the engine does not have is told in one line", async () => {
  const other = new VolumeStore(scratch.docker, volume, {
    containerName: "none",
    image: "redis-on-docker-lab/none:1",
  });
  const expected = `volume:${volume}: the Docker engine has no image redis-on-docker-lab/none:1. Next: docker pull redis-on-docker-lab/none:1, or in the lab bin/up.`;
  await expect(other.list("shop-prod")).rejects.toThrow(expected);
  await expect(other.read("shop-prod", "a.rdb")).rejects.toThrow(expected);
});
