import { Readable } from "node:stream";
import fc from "fast-check";
import {
  DamagedRdb,
  RdbReader,
  type RdbSummary,
  summarizeRdb,
  UnknownRdb,
} from "../../../ops/backup/read-rdb";
import { EVERY_TYPE, EVERYTHING } from "../../support/every-rdb-type";
import {
  type Bytes,
  expiresAt,
  join,
  key,
  length,
  length64,
  lzf,
  rdbFile,
  select,
  string,
} from "../../support/rdb-bytes";

/** Reads `file` in pieces of these sizes, the last of which is repeated. */
function read(
  file: Buffer,
  sizes: readonly number[] = [65_536],
  options?: { checksum: boolean },
): RdbSummary {
  const reader = new RdbReader(options);
  for (let at = 0, index = 0; at < file.length; index += 1) {
    const size = sizes[Math.min(index, sizes.length - 1)] ?? 1;
    reader.push(file.subarray(at, at + size));
    at += size;
  }
  return reader.end();
}

/** In the order of the file, which a sample of fewer than 100 keys has. */
const sampled = (summary: RdbSummary) =>
  summary.sample.map(({ key: name, ...rest }) => ({
    name: Buffer.from(name, "base64").toString("latin1"),
    ...rest,
  }));

const one = (...value: readonly Bytes[]) => rdbFile(10, select(0), ...value);

it("reads the sum and every key of a file that has everything in it", () => {
  const { sample, ...rest } = read(EVERYTHING);
  expect(rest).toEqual({
    version: 12,
    redisVersion: "7.4.1",
    createdAt: 0x60000000,
    usedMemory: 4096,
    functions: 2,
    keys: {
      total: EVERY_TYPE.length + 5,
      expiring: 3,
      databases: [
        { database: 0, keys: EVERY_TYPE.length, expiring: 0 },
        { database: 300, keys: 5, expiring: 3 },
      ],
    },
    checksum: "good",
    bytes: EVERYTHING.length,
  });
  const inSecond = { database: 300, type: "string" };
  expect(sampled({ ...rest, sample })).toEqual([
    ...EVERY_TYPE.map(({ name, type, length }) => ({
      database: 0,
      name,
      type,
      ...(length === undefined ? {} : { length }),
    })),
    { ...inSecond, name: "idle", length: 1, expiresAt: 4_102_444_800_123 },
    { ...inSecond, name: "frequency", length: 1, expiresAt: 4_102_444_800_123 },
    { ...inSecond, name: "seconds", length: 1, expiresAt: 0x70000000 * 1000 },
    { ...inSecond, name: "k".repeat(100), length: 12 },
    { ...inSecond, name: "12345", length: 9 },
  ]);
});

it("reads the same in pieces of any size", async () => {
  const whole = read(EVERYTHING, [EVERYTHING.length]);
  expect(read(EVERYTHING, [1])).toEqual(whole);
  expect(read(EVERYTHING, [7])).toEqual(whole);
  expect(await summarizeRdb(Readable.from([EVERYTHING.subarray(0, 9), EVERYTHING.subarray(9)]))).toEqual(
    whole,
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sizes) => {
      expect(read(EVERYTHING, sizes)).toEqual(whole);
    }),
  );
});

it("refuses a file that is cut, wherever", () => {
  for (let at = 0; at < EVERYTHING.length; at += 1) {
    expect(() => read(EVERYTHING.subarray(0, at))).toThrow(DamagedRdb);
  }
  expect(() => read(Buffer.alloc(0))).toThrow("it ends after 0 bytes, before its end mark");
});

it("refuses a file in which one bit is wrong, wherever", () => {
  const failures = new Set<string>();
  for (let bit = 0; bit < EVERYTHING.length * 8; bit += 1) {
    const flipped = Buffer.from(EVERYTHING);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    try {
      read(flipped);
      failures.add(`bit ${bit}: nothing`);
    } catch (error) {
      if (!(error instanceof DamagedRdb) && !(error instanceof UnknownRdb)) {
        failures.add(`bit ${bit}: ${error}`);
      }
    }
  }
  expect([...failures]).toEqual([]);
});

it.each([8, 13])("refuses version %i", (version) => {
  expect(() => read(rdbFile(version))).toThrow(
    new UnknownRdb(`it has version ${version}, known are 9 to 12`),
  );
});

it.each([9, 12])("reads version %i", (version) => {
  expect(read(rdbFile(version))).toEqual({
    version,
    functions: 0,
    keys: { total: 0, expiring: 0, databases: [] },
    sample: [],
    checksum: "good",
    bytes: 18,
  });
});

it.each<[string, Buffer, Error]>([
  ["another file", Buffer.from("SIDER0010"), new DamagedRdb("it does not begin with REDIS and a version")],
  ["a type", one([8]), new UnknownRdb("there is a record of the unknown type 8 after 11 bytes")],
  ["an opcode", one([243]), new UnknownRdb("there is a record of the unknown type 243 after 11 bytes")],
  ["an encoding", one(key(0, "k", [0xc4])), new UnknownRdb("a string has the unknown encoding 4")],
  [
    "a part of a module",
    one(key(7, "k", [1, 6])),
    new UnknownRdb("a module's value has a part of the unknown kind 6"),
  ],
  ["a length", one(key(0, "k", [0x82])), new DamagedRdb("130 cannot begin a length")],
  ["a node", one(key(18, "k", [1, 3])), new DamagedRdb("a node of a list is of the unknown kind 3")],
  ["a database", one(select(65_536)), new DamagedRdb("there is no database 65536")],
  [
    "a time to live of nothing",
    one(expiresAt(1n), select(1)),
    new DamagedRdb("a time to live is not followed by its key after 20 bytes"),
  ],
  [
    "LZF that is longer than what it was",
    one(key(0, "k", [0xc3, 9, 8])),
    new DamagedRdb("a compressed string says that 8 bytes became 9"),
  ],
  [
    "a key that would be huge",
    one([0], lzf(Buffer.from("abc"), 65_000)),
    new DamagedRdb("a compressed string says that 7 bytes become 65000"),
  ],
  [
    "a key that is not as long as it says",
    one([0], lzf(Buffer.from("abc"), 24)),
    new DamagedRdb("a compressed string is not the 24 bytes that it says it is"),
  ],
  [
    "a key that refers to what is not there",
    one([0], [0xc3, 3, 10, 0x20, 5, 0]),
    new DamagedRdb("a compressed string refers to what is before its beginning"),
  ],
])("says what is wrong: %s", (_, file, expected) => {
  const trial = () => read(file);
  expect(trial).toThrow(expected);
  expect(trial).toThrow(expected.constructor as new () => Error);
});

it("tells a checksum that does not fit from one that is not there and one that nobody asked for", () => {
  const file = one(key(0, "k", string("v")));
  const changed = Buffer.from(file);
  changed.write("w", file.length - 10);
  expect(() => read(changed)).toThrow(new DamagedRdb("its checksum does not fit its data"));
  expect(read(changed, [1], { checksum: false }).checksum).toBe("none");
  expect(read(join(file.subarray(0, -8), Buffer.alloc(8))).checksum).toBe("none");
  expect(read(file).checksum).toBe("good");
});

it("takes the mark that ends a diskless transfer, and nothing else, after the end", () => {
  const file = one(key(0, "k", string("v")));
  const mark = Buffer.from("0123456789abcdef0123456789abcdef01234567");
  for (const sizes of [[1], [7], [65_536]]) {
    expect(read(join(file, mark), sizes)).toEqual(read(file));
  }
  const after = `something follows its end, which is after ${file.length} bytes`;
  for (const more of [mark.subarray(1), join(mark, [97]), Buffer.from("*"), Buffer.alloc(40, "G")]) {
    expect(() => read(join(file, more))).toThrow(new DamagedRdb(after));
  }
});

it("samples each key with the same chance", () => {
  const file = one(...Array.from({ length: 1000 }, (_, index) => key(0, `${index}`, string("v"))));
  const times = new Array<number>(10).fill(0);
  for (let run = 0; run < 100; run += 1) {
    const names = sampled(read(file, [65_536], { checksum: false })).map(({ name }) => Number(name));
    expect(new Set(names).size).toBe(100);
    for (const name of names) {
      times[Math.floor(name / 100)] = (times[Math.floor(name / 100)] ?? 0) + 1;
    }
  }
  // 1,000 are expected for each tenth of the file; 200 away from it is more than six times the standard deviation.
  expect(times.filter((count) => Math.abs(count - 1000) > 200)).toEqual([]);
});

it("does not sample what a manifest cannot hold, and counts it", () => {
  const file = one(
    key(0, "x".repeat(65_536), string("v")),
    key(0, "y".repeat(65_537), string("v")),
    join(expiresAt(8_640_000_000_000_000n), key(0, "late", string("v"))),
    join(expiresAt(8_640_000_000_000_001n), key(0, "later", string("v"))),
    join(expiresAt(-1n), key(0, "before", string("v"))),
  );
  const summary = read(file, [1000]);
  expect(summary.keys).toEqual({ total: 5, expiring: 3, databases: [{ database: 0, keys: 5, expiring: 3 }] });
  expect(sampled(summary).map(({ name }) => name)).toEqual(["x".repeat(65_536), "late"]);
});

it("keeps nothing of a value or a key that is longer than memory", () => {
  const chunk = Buffer.alloc(1 << 20, 1);
  for (const begin of [
    key(0, "k", length64(2n ** 50n)),
    join([0], length64(2n ** 50n)),
    key(0, "k", length(2 ** 32 - 1)),
  ]) {
    const reader = new RdbReader({ checksum: false });
    reader.push(join(Buffer.from("REDIS0010"), begin));
    const before = process.memoryUsage();
    for (let pushed = 0; pushed < 512; pushed += 1) {
      reader.push(chunk);
    }
    const after = process.memoryUsage();
    expect(after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed).toBeLessThan(
      64 << 20,
    );
    expect(() => reader.end()).toThrow(DamagedRdb);
  }
});
