import {
  aux,
  type Bytes,
  eight,
  expiresAt,
  intset,
  join,
  key,
  length,
  length64,
  listpack,
  lzf,
  rdbFile,
  repeatedLzf,
  resize,
  select,
  string,
  ziplist,
} from "./rdb-bytes";

interface Example {
  readonly name: string;
  readonly bytes: Buffer;
  readonly type: string;
  readonly length: number | undefined;
}

const list = (...parts: readonly Bytes[]) => join(...parts);
const id = join(length64(2n ** 64n - 1n), length(7));
const raw = Buffer.alloc(16, 3);

function stream(version: 1 | 2 | 3): Buffer {
  const since2 = (...parts: readonly Bytes[]) => (version >= 2 ? join(...parts) : []);
  const consumer = (name: string) =>
    join(string(name), eight(5n), version >= 3 ? eight(6n) : [], length(2), raw, raw);
  const pending = join(raw, eight(1_700_000_000_000n), length(300));
  return join(
    list(length(2), string(raw), string(listpack(9)), string(raw), lzf(listpack(9))),
    list(length(11), id, since2(id, id, length(70_000))),
    list(length(2), string("group"), id, since2(length(3)), length(2), pending, pending),
    list(length(2), consumer("one"), consumer("two")),
    list(string("empty"), id, since2(length(3)), length(0), length(0)),
  );
}

/** `AAAAAAAAA`: nine letters of value 0, with version 1. Its parts: each kind once. */
const moduleValue = join(
  length64(1n),
  join([1], length(70), [2], length64(2n ** 63n), [3], Buffer.alloc(4), [4], Buffer.alloc(8)),
  join([5], string("text"), [5], repeatedLzf(65, 100), [0]),
);

const example = (
  name: string,
  type: string,
  size: number | undefined,
  number: number,
  ...value: readonly Bytes[]
): Example => ({ name, type, length: size, bytes: key(number, name, ...value) });

/** Each type of Redis 4.0 to 7.4 in each form of its strings, with what TYPE and the command for its length would say. */
export const EVERY_TYPE: readonly Example[] = [
  example("string", "string", 5, 0, string("value")),
  example("string empty", "string", 0, 0, string("")),
  example("string of 64", "string", 64, 0, string("x".repeat(64))),
  example("string with a length of 32 bits", "string", 3, 0, join([0x80, 0, 0, 0, 3], Buffer.from("abc"))),
  example("string with a length of 64 bits", "string", 3, 0, join(length64(3n), Buffer.from("abc"))),
  example("string int8", "string", 4, 0, [0xc0, 0x80]),
  example("string int16", "string", 6, 0, [0xc1, 0x00, 0x80]),
  example("string int32", "string", 10, 0, [0xc2, 255, 255, 255, 0x7f]),
  example("string lzf", "string", 200, 0, repeatedLzf(97, 200)),
  example("list", "list", 2, 1, length(2), string("a"), [0xc0, 1]),
  example("set", "set", 3, 2, length(3), string("a"), string("b"), repeatedLzf(97, 40)),
  example(
    "zset",
    "zset",
    4,
    3,
    length(4),
    ...[[253], [254], [255], string("1.5")].map((s) => join(string("m"), s)),
  ),
  example("hash", "hash", 1, 4, length(1), string("field"), string("value")),
  example("zset 2", "zset", 2, 5, length(2), string("a"), eight(1n), string("b"), eight(2n)),
  example("module", "AAAAAAAAA", undefined, 7, moduleValue),
  example("hash zipmap", "hash", undefined, 9, string([1, 1, 97, 1, 0, 98, 255])),
  example("list ziplist", "list", 3, 10, string(ziplist(3))),
  example("set intset", "set", 5, 11, string(intset(5))),
  example("zset ziplist", "zset", 3, 12, string(ziplist(6))),
  example("hash ziplist", "hash", 4, 13, string(ziplist(8))),
  example("list quicklist", "list", 303, 14, length(2), string(ziplist(3)), string(ziplist(300))),
  example("stream", "stream", 11, 15, stream(1)),
  example("hash listpack", "hash", 6, 16, string(listpack(12))),
  example("hash listpack lzf", "hash", 6, 16, lzf(listpack(12))),
  example("zset listpack", "zset", 5, 17, string(listpack(10))),
  example("list quicklist 2", "list", 4, 18, length(2), [1], string("x".repeat(300)), [2], lzf(listpack(3))),
  example(
    "list of unknown length",
    "list",
    undefined,
    18,
    length(2),
    [1],
    string("x"),
    [2],
    string(listpack(65_535)),
  ),
  example("stream 2", "stream", 11, 19, stream(2)),
  example("set listpack", "set", 6, 20, string(listpack(6))),
  example("stream 3", "stream", 11, 21, stream(3)),
  example(
    "hash with field TTLs, before 7.4.0",
    "hash",
    undefined,
    22,
    length(1),
    length(9),
    string("f"),
    string("v"),
  ),
  example("hash listpack with field TTLs, before 7.4.0", "hash", undefined, 23, string(listpack(3))),
  example(
    "hash with field TTLs",
    "hash",
    undefined,
    24,
    eight(9n),
    length(1),
    length(9),
    string("f"),
    string("v"),
  ),
  example("hash listpack with field TTLs", "hash", undefined, 25, eight(9n), string(listpack(3))),
];

const UNTIL = 4_102_444_800_123n;

/** One file with all of it, in two databases, and everything that stands between keys. */
export const EVERYTHING = rdbFile(
  12,
  join(aux("redis-ver", "7.4.1"), aux("x".repeat(1025), "y")),
  join(
    [250],
    string("ctime"),
    [0xc2],
    Buffer.from([0, 0, 0, 0x60]),
    [250],
    string("used-mem"),
    [0xc1, 0, 16],
  ),
  join([247], length64(1n), [2], length(1), [5], string("aux of a module"), [0]),
  join([245], string("#!lua name=one"), [245], repeatedLzf(97, 100)),
  join(select(0), resize(EVERY_TYPE.length, 1), [244], length(1), length(2), length(3)),
  ...EVERY_TYPE.map(({ bytes }) => bytes),
  join(select(300), [251], length(3), length(3)),
  join(expiresAt(UNTIL), [248], length(70_000), key(0, "idle", string("v"))),
  join(expiresAt(UNTIL), [249, 200], key(0, "frequency", string("v"))),
  join([253, 0, 0, 0, 0x70], key(0, "seconds", string("v"))),
  join([0], repeatedLzf(107, 100), string("key of 100 k"), [0], [0xc1, 0x39, 0x30], string("key 12345")),
);
