import { Duration, type DurationText } from "../core/duration";
import { fixForUnknownName } from "../core/nearest";
import { isPrintableLine } from "../core/printable";
import { InvalidValueError } from "../core/problem";
import { Size, type SizeText } from "../core/size";
import { PORTS, wholeNumber } from "../core/whole-number";

// Values of a service as people write them in a shell or answer a question. Each function gives back what stands in the
// service's file, or throws an InvalidValueError. Whether the values make sense together is checked by config/.

const MAX_DESCRIPTION = 120;

export function readDescription(text: string): string {
  const line = text.trim();
  if (!isPrintableLine(line, MAX_DESCRIPTION)) {
    throw new InvalidValueError(
      line.length > MAX_DESCRIPTION ? `${line.length} characters` : JSON.stringify(text),
      `one line of 1 to ${MAX_DESCRIPTION} characters that says what the service is and what it keeps`,
      'write it for people, such as "Baskets and sessions of the shop"',
    );
  }
  return line;
}

/** `256MiB` and `"256 MiB"` alike. */
export function readSize(text: string): SizeText {
  const size = withBlank(text);
  Size.parse(size);
  return size as SizeText;
}

/** `24h` and `"24 h"` alike, or `none`. */
export function readTtl(text: string): DurationText | "none" {
  const ttl = withBlank(text);
  if (ttl === "none") {
    return ttl;
  }
  Duration.parse(ttl);
  return ttl as DurationText;
}

/** Key patterns have no blanks: Redis would take them, and nobody could read them. */
export function readKeys(text: string): string {
  const keys = text.trim();
  if (!isPrintableLine(keys, keys.length) || /\s/.test(keys)) {
    throw new InvalidValueError(
      JSON.stringify(text),
      "a pattern of keys without blanks",
      'write what the keys begin with and a star, such as "session:*"',
    );
  }
  return keys;
}

/** A port, or `none`, the word that leaves it out. */
export function readPort<None extends string>(text: string, none: None): number | None {
  const port = text.trim();
  if (port === none) {
    return none;
  }
  if (!/^-?\d+$/.test(port)) {
    throw new InvalidValueError(
      JSON.stringify(text),
      `a port from ${PORTS.min} to ${PORTS.max}, or ${none}`,
      `write a free port of the host, or ${none}`,
    );
  }
  return wholeNumber(Number(port), PORTS);
}

export function readBoolean(text: string): boolean {
  return readChoice(text, ["true", "false"]) === "true";
}

export function readChoice<T extends string>(text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) {
    throw new InvalidValueError(
      JSON.stringify(text),
      `one of ${choices.join(", ")}`,
      fixForUnknownName(text, choices),
    );
  }
  return found;
}

function withBlank(text: string): string {
  return text.trim().replace(/^(\d+)([A-Za-z]+)$/, "$1 $2");
}
