import { InvalidArgumentError } from "commander";
import { Duration } from "../core/duration";
import { InvalidValueError } from "../core/problem";

/**
 * A time as people write it on a command line: as in `config/`, the blank left out or not, such as `10 min` or `10min`.
 * @throws InvalidValueError when it is something else
 */
export function readDuration(text: string): Duration {
  return Duration.parse(text.replace(/^(\d+)([a-z]+)$/, "$1 $2"));
}

/** The same for an option of commander. */
export function durationArgument(text: string): Duration {
  try {
    return readDuration(text);
  } catch (error) {
    throw error instanceof InvalidValueError ? new InvalidArgumentError(error.message) : error;
  }
}
