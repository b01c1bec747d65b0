import { EVERY_ENCODING, quoted } from "./every-rdb-encoding";

const many = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => of(i)).join(" ");
const bytes = (...values: readonly number[]) => quoted(Buffer.from(values));
const LONG_KEY = "long key ".repeat(7282).slice(0, 65_536);
const LATER = 4_102_444_800_123;

/** Bytes that a shell, a terminal, a text or a pattern would take for something else. */
const ODD_KEYS: readonly (readonly [name: string, key: string])[] = [
  ["a blank", '" "'],
  ["blanks around", '"  a b  "'],
  ["line breaks", '"a\\r\\nb\\n"'],
  ["quotes", `"\\"'\`"`],
  ["backslashes", '"\\\\n\\\\"'],
  ["a zero byte", '"\\x00"'],
  ["zero bytes", '"a\\x00b\\x00"'],
  ["an escape code", '"\\x1b[2J"'],
  ["half a character", bytes(0xe2, 0x82)],
  ["no UTF-8", bytes(0xff, 0xfe, 0xc0, 0x80)],
  ["a pattern", '"*?[^a-]\\\\"'],
  ["an option", "--rdb"],
  ["a path", "../../etc/passwd"],
  ["every byte", bytes(...Array.from({ length: 256 }, (_, byte) => byte))],
  ["64 KiB", `"${LONG_KEY}"`],
];

/** What the service file of a server says that is to hold `EVERY_VALUE` in every encoding. */
export const SMALL_ENCODINGS = {
  encoding: { hashMaxListpackEntries: 8, listMaxListpackSize: 8, setMaxIntsetEntries: 8 },
  directives: { "zset-max-listpack-entries": "8", "stream-node-max-entries": "5" },
} as const;

/** Lines for redis-cli that make a server hold everything that Redis 7.0 can, in sixteen databases. */
export const EVERY_VALUE: readonly string[] = [
  ...EVERY_ENCODING.filter((line) => !line.startsWith("CONFIG ")),
  ...ODD_KEYS.map(([name, key]) => `SET ${key} "value of ${name}"`),
  "SET int:least -9223372036854775808",
  "SET int:most 9223372036854775807",
  "SET int:not 007",
  `SET string:odd ${bytes(0, 13, 10, 34, 39, 92, 255)}`,
  'HSET hash:nothing "" ""',
  'SADD set:nothing ""',
  'ZADD zset:nothing 0 ""',
  'RPUSH list:nothing "" ""',
  `RPUSH list:long ${many(3000, (i) => `element-${i}`)}`,
  `HSET hash:odd ${bytes(0)} ${bytes(255)} "\\r\\n" "\\""`,
  "ZADD zset:scores -0 zero 1.7976931348623157e308 most 5e-324 least 0.30000000000000004 sum",
  "ZADD zset:scores 9007199254740993 not-exact -9007199254740992 exact +inf over -inf under",
  "SETBIT bitmap 7 1",
  "SETBIT bitmap 100000 1",
  "BITFIELD bitmap:fields SET u8 0 255 SET i16 8 -2",
  "GEOADD geo 13.361389 38.115556 Palermo 15.087269 37.502669 Catania -180 -85 edge",
  `PFADD hyperloglog:dense ${many(3000, (i) => `m${i}`)}`,
  "PFADD hyperloglog:none",
  "XADD stream:last 18446744073709551615-18446744073709551615 f v",
  "XADD stream:deleted 1-1 f v",
  "XADD stream:deleted 1-2 f v",
  "XGROUP CREATE stream:deleted readers 0",
  "XREADGROUP GROUP readers one STREAMS stream:deleted >",
  "XDEL stream:deleted 1-1 1-2",
  "XCLAIM stream readers four 0 1-1 TIME 1700000000000 RETRYCOUNT 300",
  "FUNCTION LOAD \"#!lua name=three\\nredis.register_function{function_name='three', callback=function() return 3 end, flags={'no-writes'}}\"",
  "SET ttl:seconds v EX 1000000",
  "SET ttl:milliseconds v PX 86400123",
  "SET ttl:far v EXAT 253402300799",
  ...["list:nodes", "set:intset:wide", "set:table", "hash:table", "zset:skiplist", "stream", "geo"].map(
    (key, i) => `PEXPIREAT ${key} ${LATER + i}`,
  ),
  "SELECT 15",
  ...ODD_KEYS.map(([name, key]) => `HSET ${key} "${name}" 15`),
  ...ODD_KEYS.map(([, key], i) => `PEXPIREAT ${key} ${LATER + i}`),
];

/** TYPE and OBJECT ENCODING of what they make. */
export const ENCODINGS = [
  "hash hashtable",
  "hash listpack",
  "list quicklist",
  "set hashtable",
  "set intset",
  "stream stream",
  "string embstr",
  "string int",
  "string raw",
  "zset listpack",
  "zset skiplist",
];
