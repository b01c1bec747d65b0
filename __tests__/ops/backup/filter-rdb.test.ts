import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { filterRdb } from "../../../ops/backup/filter-rdb";
import { DamagedRdb, summarizeRdb, UnknownRdb } from "../../../ops/backup/read-rdb";
import { EVERY_TYPE, EVERYTHING } from "../../support/every-rdb-type";
import { aux, expiresAt, join, key, rdbFile, resize, select, string } from "../../support/rdb-bytes";

type Keep = (database: number, key: Buffer) => boolean;

/** What `filterRdb` makes of `file`, handed over in pieces of these sizes. */
function filtered(file: Buffer, keep: Keep, sizes: readonly number[] = [65_536]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < file.length; at += pieces.at(-1)?.length ?? 0) {
    pieces.push(file.subarray(at, at + (sizes[Math.min(pieces.length, sizes.length - 1)] ?? 1)));
  }
  return buffer(filterRdb(Readable.from(pieces), keep));
}

const withoutChecksum = (file: Buffer) => join(file.subarray(0, -8), Buffer.alloc(8));

const begin = [aux("redis-ver", "7.0.15"), join([245], string("#!lua name=one")), select(0)];
const stays = join(expiresAt(4_102_444_800_123n), [248, 9], key(0, "stays", string("v")));
const goes = join(expiresAt(4_102_444_800_123n), [249, 9], key(0, "goes", string("v")));
const alsoStays = key(0, "also stays", string("v"));
const isStaying: Keep = (_, name) => name.toString().endsWith("stays");

it("copies what is kept byte for byte, and leaves out hints, the rest and the checksum", async () => {
  const file = rdbFile(
    10,
    ...begin,
    resize(4, 3),
    goes,
    stays,
    goes,
    select(2),
    resize(2, 1),
    alsoStays,
    goes,
  );
  const expected = withoutChecksum(rdbFile(10, ...begin, stays, select(2), alsoStays));
  expect(await filtered(file, isStaying)).toEqual(expected);
  expect(await filtered(file, isStaying, [1])).toEqual(expected);
});

it("asks for each key once, with its database, as Redis knows it", async () => {
  const asked: string[] = [];
  await filtered(EVERYTHING, (database, name) => asked.push(`${database} ${name}`) < 0);
  const second = ["idle", "frequency", "seconds", "k".repeat(100), "12345"];
  expect(asked).toEqual([
    ...EVERY_TYPE.map(({ name }) => `0 ${name}`),
    ...second.map((name) => `300 ${name}`),
  ]);
});

it("keeps every type whole", async () => {
  const { bytes, ...all } = await summarizeRdb(Readable.from([EVERYTHING]));
  const kept = await filtered(EVERYTHING, () => true);
  expect(await summarizeRdb(Readable.from([kept]))).toEqual({ ...all, bytes: kept.length, checksum: "none" });
  const none = await filtered(EVERYTHING, () => false);
  expect((await summarizeRdb(Readable.from([none]))).keys.total).toBe(0);
});

it("makes the same of it in pieces of any size, whatever is kept", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.func(fc.boolean()), async (sizes, isKept) => {
      const names: string[] = [];
      const keep: Keep = (database, name) => {
        const kept = isKept(`${database} ${name}`);
        if (kept) {
          names.push(name.toString("base64"));
        }
        return kept;
      };
      const once = await filtered(EVERYTHING, keep, sizes);
      const { sample } = await summarizeRdb(Readable.from([once]));
      expect(sample.map(({ key: name }) => name)).toEqual(names);
      expect(await filtered(EVERYTHING, keep)).toEqual(once);
    }),
  );
});

it("drops the mark that ends a diskless transfer", async () => {
  const file = rdbFile(10, ...begin, stays);
  expect(await filtered(join(file, Buffer.alloc(40, "a")), isStaying, [30])).toEqual(withoutChecksum(file));
});

it("fails, and does not end, when the file is not whole or not known", async () => {
  const file = rdbFile(10, ...begin, stays, goes);
  const changed = Buffer.from(file);
  changed.write("w", file.length - 10);
  await expect(filtered(changed, isStaying)).rejects.toThrow(
    new DamagedRdb("its checksum does not fit its data"),
  );
  await expect(filtered(file.subarray(0, -1), isStaying)).rejects.toThrow(DamagedRdb);
  await expect(filtered(rdbFile(10, [8]), isStaying)).rejects.toThrow(UnknownRdb);
  const broken = Readable.from(
    (async function* () {
      yield file;
      throw new Error("the disk is gone");
    })(),
  );
  await expect(buffer(filterRdb(broken, isStaying))).rejects.toThrow("the disk is gone");
});
