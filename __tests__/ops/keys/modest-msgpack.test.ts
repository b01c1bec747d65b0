import { encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { decodeValue } from "../../../ops/keys/decode-value";
import { isModestMsgpack } from "../../../ops/keys/modest-msgpack";

/** `depth` lists within each other, as MessagePack writes them, with null in the last. */
const nested = (depth: number) => Buffer.from([...Array(depth).fill(0x91), 0xc0]);

test("whatever is encoded is read, and nothing that is cut or has more behind it", () => {
  const value = fc.anything({ withDate: true, withTypedArray: false, maxDepth: 5, withNullPrototype: false });
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.oneof(value, fc.uint8Array({ maxLength: 70_000 }))),
      (fields) => {
        const bytes = Buffer.from(encode(fields, { ignoreUndefined: true }));
        expect(isModestMsgpack(bytes)).toBe(true);
        expect(isModestMsgpack(bytes.subarray(0, -1))).toBe(false);
        expect(isModestMsgpack(Buffer.concat([bytes, Buffer.from([0xc0])]))).toBe(false);
      },
    ),
  );
});

test.each([
  ["text of 32 bits", Buffer.concat([Buffer.from([0xdb, 0, 0, 0, 1]), Buffer.from("a")]), true],
  ["an extension of 16 bits", Buffer.from([0xc8, 0, 1, 7, 0]), true],
  ["a number of 64 bits", Buffer.from([0xcf, 0, 0, 0, 0, 0, 0, 0, 1]), true],
  ["no such type", Buffer.from([0xc1]), false],
  ["nothing", Buffer.alloc(0), false],
  ["a length that is cut", Buffer.from([0xdd, 0, 0]), false],
  ["100 lists", nested(100), true],
  ["101 lists", nested(101), false],
  [
    "lists that each claim a million",
    Buffer.concat(Array(1000).fill(Buffer.from([0xdd, 0, 15, 66, 64]))),
    false,
  ],
])("%s: %#", (_, bytes, isModest) => {
  expect(isModestMsgpack(bytes)).toBe(isModest);
});

test("a list of lists that claim more than there is costs next to nothing", () => {
  const claims = Buffer.concat(Array(200_000).fill(Buffer.from([0xdd, 0, 15, 66, 64])));
  const before = process.memoryUsage().rss;
  expect(decodeValue(claims, "msgpack")).toBeUndefined();
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
});
