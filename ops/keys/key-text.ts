import { visible } from "../terminal";

/** What stands in a line as it is: no blank, quote or backslash, and nothing that cannot be seen. */
const PLAIN = /^[^\s"'\\]+$/u;

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * A key for one line. As it is where that can be read; else in double quotes, with what is not ASCII or cannot be seen as
 * `\xNN`, which `redis-cli` understands, too. `parseKeyText` has the same bytes back.
 */
export function keyText(key: Buffer): string {
  const text = key.toString("utf8");
  if (PLAIN.test(text) && visible(text) === text && Buffer.from(text).equals(key)) {
    return text;
  }
  const inside = Array.from(key, (byte) => {
    const character = String.fromCharCode(byte);
    return character === '"' || character === "\\"
      ? `\\${character}`
      : byte >= 0x20 && byte < 0x7f
        ? character
        : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${inside.join("")}"`;
}

/**
 * The bytes of a key as a person wrote it: in double quotes with the escapes of `redis-cli` (`\xNN`, `\n`, `\r`, `\t`,
 * `\b`, `\a`, and `\` before any other character), else as it is.
 */
export function parseKeyText(text: string): Buffer {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) {
    return Buffer.from(text);
  }
  const parts: Buffer[] = [];
  for (const [whole, hex, escaped] of text.slice(1, -1).matchAll(ESCAPED)) {
    const byte = hex !== undefined ? Number.parseInt(hex, 16) : ESCAPES[escaped ?? ""];
    parts.push(byte === undefined ? Buffer.from(escaped ?? whole) : Buffer.from([byte]));
  }
  return Buffer.concat(parts);
}

const ESCAPED = /\\x([0-9a-f]{2})|\\(.)|[^\\]+|\\/gisu;
