import { readFileSync } from "node:fs";
import { InvalidInputError } from "../core/problem";

/**
 * The text of a file, `-` for standard input.
 * @throws InvalidInputError under `field` when it cannot be read
 */
export function readText(field: string, from: string): string {
  try {
    return readFileSync(from === "-" ? 0 : from, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? `${error.code}` : "an error";
    throw new InvalidInputError([
      {
        field,
        got: `${reason} from ${JSON.stringify(from)}`,
        expected: "a file that can be read",
        fix: "check the path",
      },
    ]);
  }
}
