import { InvalidValueError } from "../../core/problem";
import type { Shape } from "./shape";
import { splitWords } from "./split-words";
import { describe, fixFor } from "./word";

/**
 * Checks what a service writes after the name of a directive.
 * @throws InvalidValueError for what Redis would refuse, read otherwise than it looks, or take to the product's harm
 */
export function checkValue(shape: Shape, value: string): void {
  const words = splitWords(value);
  const shown = JSON.stringify(value);
  if (words === undefined) {
    throw new InvalidValueError(
      shown,
      "words, or texts in quotes, without a backslash",
      "close every quote and leave out backslashes",
    );
  }
  if (shape.empty && words.length === 1 && words[0] === "") {
    return;
  }
  const count = shape.words.length;
  if (words.length % count !== 0 || (words.length > count && !shape.repeated)) {
    throw new InvalidValueError(
      shown,
      describeValue(shape),
      count === 1 ? "write one value; a text with blanks needs quotes" : `write ${count} words each time`,
    );
  }
  words.forEach((text, index) => {
    const word = shape.words[index % count];
    const fix = word === undefined ? undefined : fixFor(word, text);
    if (fix !== undefined) {
      throw new InvalidValueError(
        count === 1 && words.length === 1 ? shown : `${JSON.stringify(text)} in ${shown}`,
        describeValue(shape),
        fix,
      );
    }
  });
}

function describeValue({ words, repeated, why }: Shape): string {
  const each = words
    .map((word) => (word.called === undefined ? "" : `${word.called}: `) + describe(word))
    .join("; ");
  return `${each}${repeated ? "; once or more" : ""}${why === undefined ? "" : `; ${why}`}`;
}
