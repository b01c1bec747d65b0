/** `"\x6b"`: what redis-cli reads as the bytes of `text`, whatever they are. */
export function quoted(bytes: Buffer): string {
  return `"${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`;
}

const many = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => of(i)).join(" ");
const letters = (count: number) => "abcdefgh".repeat(Math.ceil(count / 8)).slice(0, count);
/** Does not shrink, and is the same each time. */
const noise = (count: number) =>
  Buffer.from(Array.from({ length: count }, (_, i) => (i * 7919 + (i * i) / 3) & 255));

/** Commands that make a server hold every type in every encoding that Redis 7.0 writes, and odd keys. */
export const EVERY_ENCODING: readonly string[] = [
  "CONFIG SET hash-max-listpack-entries 8 set-max-intset-entries 8 zset-max-listpack-entries 8",
  "CONFIG SET list-max-listpack-size 8 stream-node-max-entries 5",
  ...[0, 1, -128, 127, 128, -32_768, 32_768, 2_147_483_647, 2_147_483_648].map((n) => `SET int:${n} ${n}`),
  'SET empty ""',
  ...[63, 64, 255, 16_383, 16_384].map((n) => `SET noise:${n} ${quoted(noise(n))}`),
  `SET lzf ${letters(10_000)}`,
  'SET "" "the key is empty"',
  "SET 12345 integer-key",
  `SET ${letters(300)} lzf-key`,
  `SET ${quoted(noise(300))} odd-key`,
  'SET "\\xf0\\x9f\\x94\\x91 \\n\\x00*?[" odd',
  `RPUSH list:one ${many(5, (i) => `e${i}`)}`,
  `RPUSH list:nodes ${many(100, (i) => `element-${i}`)}`,
  `RPUSH list:lzf ${many(40, () => letters(200))}`,
  `RPUSH list:plain small ${letters(9_000)} ${quoted(noise(9_000))} small`,
  `SADD set:intset ${many(8, (i) => `${i}`)}`,
  `SADD set:intset:wide ${many(8, (i) => `${i * 4_294_967_296}`)}`,
  `SADD set:table ${many(50, (i) => `member-${i}`)}`,
  `HSET hash:listpack ${many(8, (i) => `f${i} v${i}`)}`,
  `HSET hash:listpack:lzf ${many(8, (i) => `field-field-field-${i} ${letters(60)}`)}`,
  `HSET hash:table ${many(50, (i) => `field-${i} ${i}`)}`,
  `ZADD zset:listpack ${many(8, (i) => `${i}.5 m${i}`)}`,
  `ZADD zset:skiplist -inf low +inf high ${many(50, (i) => `${i} m${i}`)}`,
  "PFADD hyperloglog a b c",
  ...Array.from({ length: 23 }, (_, i) => `XADD stream ${i + 1}-1 field value-${i}`),
  "XDEL stream 3-1 4-1",
  "XGROUP CREATE stream readers 0",
  "XGROUP CREATE stream idle $ ENTRIESREAD 5",
  "XREADGROUP GROUP readers one COUNT 4 STREAMS stream >",
  "XREADGROUP GROUP readers two COUNT 3 STREAMS stream >",
  "XGROUP CREATECONSUMER stream readers three",
  "XGROUP CREATE stream:empty readers $ MKSTREAM",
  "FUNCTION LOAD \"#!lua name=one\\nredis.register_function('one', function() return 1 end)\"",
  "FUNCTION LOAD \"#!lua name=two\\nredis.register_function('two', function() return 2 end)\"",
  ...Array.from({ length: 16 }, (_, database) => [
    `SELECT ${database}`,
    ...Array.from({ length: database + 1 }, (_, i) => `SET database:${database}:${i} ${i}`),
    `SET expires:soon ${database} PXAT 4102444800123`,
    `HSET expires:late a 1`,
    `PEXPIREAT expires:late 9007199254740991`,
  ]).flat(),
  "SELECT 0",
];
