import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { formatProblem, InvalidInputError } from "../../core/problem";
import { readText } from "../../ops/read-text";
import { temporaryFolder } from "../support/temporary-folder";

const inFolder = temporaryFolder();

function refusal(from: string): readonly string[] {
  try {
    readText("--identity", from);
  } catch (error) {
    if (error instanceof InvalidInputError) {
      return error.problems.map(formatProblem);
    }
    throw error;
  }
  return [];
}

test("a regular file is read", () => {
  writeFileSync(inFolder("text"), "a\nb\n");
  expect(readText("--identity", inFolder("text"))).toBe("a\nb\n");
});

test("a device and a pipe, which may have no end, are refused unopened", () => {
  const pipe = inFolder("pipe");
  execFileSync("mkfifo", [pipe]);
  expect(["/dev/zero", pipe].flatMap(refusal)).toEqual(
    ["/dev/zero", pipe].map(
      (path) =>
        `--identity: got "${path}", which is a pipe, a socket or a device, expected a regular file. Fix: write the text to ` +
        "a file, and give that.",
    ),
  );
});

test("a folder, and what is not there, are refused", () => {
  expect(["/tmp", "/nonexistent"].flatMap(refusal)).toEqual([
    '--identity: got EISDIR from "/tmp", expected a file that can be read. Fix: check the path.',
    '--identity: got ENOENT from "/nonexistent", expected a file that can be read. Fix: check the path.',
  ]);
});
