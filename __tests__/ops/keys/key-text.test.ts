import fc from "fast-check";
import { keyText, parseKeyText } from "../../../ops/keys/key-text";

test.each([
  [Buffer.from("session:ann"), "session:ann"],
  [Buffer.from("session:é*?[a]"), "session:é*?[a]"],
  [Buffer.from(""), '""'],
  [Buffer.from("a b"), '"a b"'],
  [Buffer.from('a"b\\c'), '"a\\"b\\\\c"'],
  [Buffer.from("a\n\u001b"), '"a\\x0a\\x1b"'],
  [Buffer.from([0x61, 0xff, 0]), '"a\\xff\\x00"'],
  [Buffer.from("\u202e"), '"\\xe2\\x80\\xae"'],
])("%p is written as %s", (key, text) => {
  expect(keyText(key)).toBe(text);
  expect(parseKeyText(text)).toEqual(key);
});

test.each([
  ["plain\\x41", Buffer.from("plain\\x41")],
  ['"\\x41\\n\\r\\t\\b\\a\\q"', Buffer.from("A\n\r\t\b\u0007q")],
  ['"', Buffer.from('"')],
  ['"\\xZZ"', Buffer.from("xZZ")],
])("%s is read as redis-cli reads it", (text, key) => {
  expect(parseKeyText(text)).toEqual(key);
});

test("what is printed can be pasted back, whatever the bytes are, and stands in one line", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
      const key = Buffer.from(bytes);
      expect(parseKeyText(keyText(key))).toEqual(key);
      expect(keyText(key)).not.toMatch(/\p{Cc}/u);
    }),
  );
});
