import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { InvalidInputError } from "../core/problem";

/**
 * The text of a file, `-` for standard input. A pipe or a device may have no end, and so is not opened.
 * @throws InvalidInputError under `field` when it cannot be read
 */
export function readText(field: string, from: string): string {
  const found = from === "-" ? undefined : orProblem(field, from, () => statSync(from));
  if (found !== undefined && !found.isFile() && !found.isDirectory()) {
    throw new InvalidInputError([
      {
        field,
        got: `${JSON.stringify(from)}, which is a pipe, a socket or a device`,
        expected: "a regular file",
        fix: "write the text to a file, and give that",
      },
    ]);
  }
  return orProblem(field, from, () => readFileSync(from === "-" ? 0 : from, "utf8"));
}

/**
 * The first `limit` bytes of a file, `-` for standard input, which may have no end.
 * @throws InvalidInputError under `field` when it cannot be read
 */
export function readBytes(field: string, from: string, limit: number): Buffer {
  return orProblem(field, from, () => {
    const file = from === "-" ? 0 : openSync(from, "r");
    try {
      const bytes = Buffer.alloc(limit);
      let length = 0;
      for (let read = -1; read !== 0 && length < limit; length += read) {
        read = readSync(file, bytes, length, limit - length, null);
      }
      return bytes.subarray(0, length);
    } finally {
      if (file !== 0) {
        closeSync(file);
      }
    }
  });
}

/**
 * What `read` returns.
 * @throws InvalidInputError under `field` when the file system refuses
 */
export function orProblem<T>(field: string, from: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason =
      error !== null && typeof error === "object" && "code" in error ? `${error.code}` : "an error";
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
