import { encode } from "@msgpack/msgpack";
import { comparable, decodeValue, fieldAt } from "../../../ops/keys/decode-value";

test.each([
  ["{", "json"],
  ["", "json"],
  ["[1]", "json"],
  ["null", "json"],
  ['"text"', "json"],
  [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "json"],
  ["{}", "msgpack"],
  [Buffer.from([0xc1]), "msgpack"],
  [Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]), "msgpack"],
  [Buffer.concat([encode({ a: 1 }), encode({ a: 1 })]), "msgpack"],
  [Buffer.from(encode([1])), "msgpack"],
  [Buffer.from(encode(new Date(0))), "msgpack"],
] as const)("%p cannot be read as %s", (bytes, encoding) => {
  expect(decodeValue(Buffer.from(bytes as string), encoding)).toBeUndefined();
});

test("a path goes through fields of its own, and a hash has none within", () => {
  const fields = { a: { b: 1 }, "a.b": 2, list: [{ c: 3 }] };
  expect(fieldAt(fields, "a.b", "json")).toBe(1);
  expect(fieldAt(fields, "a.b", "hash")).toBe(2);
  expect(fieldAt(fields, "list.0.c", "msgpack")).toBe(3);
  for (const path of ["a.c", "a.b.c", "toString", "constructor.name", "__proto__", ""]) {
    expect(fieldAt(fields, path, "json")).toBeUndefined();
  }
});

test.each([
  [1, "1"],
  [-0, "0"],
  [1.5, "1.5"],
  ["1", "1"],
  [true, "true"],
  [null, "null"],
  [9_007_199_254_740_991, "9007199254740991"],
  [9_007_199_254_740_993n, "9007199254740993"],
  [JSON.parse("9007199254740993"), undefined],
  [1e300, undefined],
  [undefined, undefined],
  [{}, undefined],
  [["a"], undefined],
])("%p is compared as %p", (value, text) => {
  expect(comparable(value)).toBe(text);
});
