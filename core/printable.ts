/** What moves the cursor, turns the text around, ends a line, or is half a character. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Whether `text` is one line that people can read: not blank, and no longer than `max` UTF-16 units. */
export function isPrintableLine(text: string, max: number): boolean {
  return text.length <= max && text.trim() !== "" && !UNPRINTABLE.test(text);
}

/** `text` in one line: what cannot be read is told as JSON escapes it, such as `\u202e`. */
export function printable(text: string): string {
  return text.replace(new RegExp(UNPRINTABLE, "gu"), escaped);
}

/** A character as JSON escapes it: `\u` with four digits for each of its UTF-16 units. */
export function escaped(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
