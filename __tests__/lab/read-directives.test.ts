import { join } from "node:path";
import { refusalIn } from "../../lab/directives/ask-engine";
import { firstLines, secondLines, typeOf } from "../../lab/directives/learn-type";
import { printTable } from "../../lab/directives/print-table";
import { plainEnvironment, runProgram } from "../support/run-program";

const ROOT = join(__dirname, "..", "..");

/** What Redis 7.0.15 and 7.4.1 say of a line, by the line; undefined: they take it. */
type Words = Readonly<Record<string, string>>;

/** What is learnt from an engine that says `first` of a value that is none, and `words` of other lines. */
function learnt(first: string | undefined, words: Words = {}) {
  const [nonsense = "", ...several] = firstLines("x");
  const said: Record<string, string | undefined> = {
    [nonsense]: first,
    ...Object.fromEntries(several.map((line) => [line, "wrong number of arguments"])),
    ...words,
  };
  const refusal = (line: string) => said[line];
  const type = typeOf("x", refusal);
  // Nothing may be learnt from a line that the reader would not have asked for.
  const asked = [...firstLines("x"), ...secondLines("x", refusal)];
  expect(Object.keys(words).filter((line) => !asked.includes(line))).toEqual([]);
  return type;
}

const OUTSIDE = (min: string, max: string) => `argument must be between ${min} and ${max} inclusive`;
const SMALLEST = "x -9223372036854775808";
const LARGEST = "x 9223372036854775807";

describe("the type of a directive", () => {
  it("is yes or no", () => {
    expect(learnt("argument must be 'yes' or 'no'")).toEqual({ type: "yes-or-no" });
  });

  it("is yes or no of which the build refuses one", () => {
    const why =
      "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc";
    expect(learnt("argument must be 'yes' or 'no'", { "x yes": why })).toEqual({
      type: "yes-or-no",
      refused: ["yes"],
    });
  });

  const CHOICE = "argument(s) must be one of the following: no, yes, clients";

  it("is one of several words", () => {
    expect(learnt(CHOICE, { "x no yes": "wrong number of arguments" })).toEqual({
      type: "choice",
      values: ["no", "yes", "clients"],
    });
  });

  it("is several of several words", () => {
    expect(learnt(CHOICE)).toEqual({ type: "choices", values: ["no", "yes", "clients"] });
  });

  it("is a number in a range", () => {
    const words = { [SMALLEST]: OUTSIDE("-1", "2147483647"), [LARGEST]: OUTSIDE("-1", "2147483647") };
    expect(learnt("argument couldn't be parsed into an integer", words)).toEqual({
      type: "number",
      min: "-1",
      max: "2147483647",
    });
  });

  it("is a number without an upper limit of its own", () => {
    const words = { [SMALLEST]: OUTSIDE("0", "9223372036854775807") };
    expect(learnt("argument couldn't be parsed into an integer", words)).toEqual({
      type: "number",
      min: "0",
      max: "9223372036854775807",
    });
  });

  it("is any number", () => {
    expect(learnt("argument couldn't be parsed into an integer")).toEqual({
      type: "number",
      min: "-9223372036854775808",
      max: "9223372036854775807",
    });
  });

  it("is an octal number", () => {
    const words = { [`x ${"7".repeat(20)}`]: OUTSIDE("0", "777") };
    expect(learnt("argument couldn't be parsed as an octal number", words)).toEqual({
      type: "octal",
      min: "0",
      max: "777",
    });
  });

  it("is an amount of memory", () => {
    const words = { "x 0": OUTSIDE("1", "9223372036854775807") };
    expect(learnt("argument must be a memory value", words)).toEqual({
      type: "memory",
      min: "1",
      max: "9223372036854775807",
    });
    expect(learnt("argument must be a memory value")).toEqual({
      type: "memory",
      min: "0",
      max: "18446744073709551615",
    });
  });

  it("is an amount of memory or a share of it", () => {
    const words = { "x 9223372036854775808": "percentage argument must be less or equal to 100" };
    expect(learnt("argument must be a memory or percent value", words)).toEqual({
      type: "memory-or-percent",
      min: "0",
      max: "9223372036854775807",
      maxPercent: "100",
    });
  });

  it("is a text, or several, where the engine has no words for it", () => {
    expect(learnt(undefined)).toEqual({ type: "text" });
    expect(learnt("wrong number of arguments")).toEqual({ type: "text" });
    const [, two = ""] = firstLines("x");
    expect(learnt("Invalid save parameters", { [two]: "Invalid save parameters" })).toEqual({
      type: "texts",
    });
  });
});

describe("what a server says of a line", () => {
  const words = (line: string, reason: string) =>
    `21:C 21 Nov 2026 12:09:33.539 * Reading config from stdin\n\n*** FATAL CONFIG FILE ERROR (Redis 7.4.1) ***\nReading the configuration file, at line 1\n>>> '${line}'\n${reason}\n`;

  it("is the reason why it refuses it", () => {
    expect(refusalIn(words("hz x", "argument couldn't be parsed into an integer"))).toBe(
      "argument couldn't be parsed into an integer",
    );
  });

  it("is nothing where it comes to the line after it", () => {
    expect(refusalIn(words("not-a-directive", "Bad directive or wrong number of arguments"))).toBeUndefined();
  });

  it("is not understood where it is something else", () => {
    expect(() => refusalIn("sh: redis-server: not found\n")).toThrow(/^redis-server did not stop at a line/);
  });
});

describe("a table", () => {
  it("has a line for each part that fits in one", () => {
    expect(printTable({ a: { b: "1", c: ["2", "3"] }, d: {} })).toBe(
      '{ "a": { "b": "1", "c": ["2", "3"] }, "d": {} }\n',
    );
  });

  it("has a line for each part of one that does not", () => {
    const long = "x".repeat(60);
    expect(printTable({ version: "1", list: [long, long], of: { a: "1" } })).toBe(
      `{\n  "version": "1",\n  "list": [\n    "${long}",\n    "${long}"\n  ],\n  "of": { "a": "1" }\n}\n`,
    );
  });
});

describe("the program", () => {
  it.each([
    ["no engine", []],
    ["two engines", ["--server", "redis-server", "--image", "redis:7.4.11-alpine"]],
    ["an unknown flag", ["--engine", "redis-7.4"]],
  ])("exits 2 for %s", async (_, argv) => {
    const program = ["--import", "tsx", "lab/directives/read-directives.ts", ...argv];
    const result = await runProgram(process.execPath, program, { cwd: ROOT, env: plainEnvironment() });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("usage: tsx lab/directives/read-directives.ts");
    expect(result.stdout).toBe("");
  });

  it.each([
    [
      "that is not there",
      "/nowhere/redis-server",
      "no such file or directory, access '/nowhere/redis-server'",
    ],
    ["with another name", "/bin/sh", "--server: got /bin/sh, expected a program called redis-server."],
  ])("exits 1 for a server %s", async (_, server, message) => {
    const program = ["--import", "tsx", "lab/directives/read-directives.ts", "--server", server];
    const result = await runProgram(process.execPath, program, { cwd: ROOT, env: plainEnvironment() });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(message);
    expect(result.stdout).toBe("");
  });
});
