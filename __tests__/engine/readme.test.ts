import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ProjectCopy } from "../support/project-copy";
import { commandsIn, linesNotIn } from "../support/readme";
import { plainEnvironment, runProgram } from "../support/run-program";

// README.md is a test. Its blocks of `console` or `sh` are run from top to bottom in one copy of the project:
//
//   ```console              every command has to end with exit code 0
//   ```console exit=2       … with exit code 2
//   $ bin/up                a command; names and ports are replaced by the copy's own
//   dev-cache-dev is up …   has to be a line of its output, after the lines shown before it; `…` stands for anything
//   …                       for any lines
//
// `eval …` and `export …` hold for the commands after them. Commands that get the project or test it are not run
// here, but bash has to understand them.
jest.setTimeout(15 * 60_000);

const PROJECT = join(__dirname, "..", "..");
const README = readFileSync(join(PROJECT, "README.md"), "utf8");
const NOT_RUN_HERE = /^(git clone|cd|npm (ci|install|test)|npm run (check|unit|engine)|bin\/test)\b/;
const FOR_THE_SHELL = /^(eval|export) /;

let copy: ProjectCopy;
let prelude = "exec 2>&1";
beforeAll(async () => {
  copy = await ProjectCopy.make("redis-on-docker");
});
afterAll(() => copy.cleanUp());

test.each(commandsIn(README))("line $at of README.md: $ $line", async ({ line, shown, exitCode }) => {
  const { output: misunderstood } = await runProgram("bash", ["-n", "-c", line], {
    cwd: PROJECT,
    env: plainEnvironment(),
  });
  expect(misunderstood).toBe("");
  if (NOT_RUN_HERE.test(line)) {
    return;
  }
  if (FOR_THE_SHELL.test(line)) {
    prelude = `${prelude}\n${line}`;
    return;
  }
  const result = await copy.shell(`${prelude}\n${line}`);
  const missing = linesNotIn(result.output, shown.map(copy.rename));
  if (missing.length > 0 || result.exitCode !== exitCode) {
    throw new Error(
      `exit code ${result.exitCode}, not in the output: ${JSON.stringify(missing)}\n${result.output}`,
    );
  }
});

test("every program that README.md names in its table is there", () => {
  const programs = [...README.matchAll(/`(bin\/[a-z-]+)/g)].map(([, program = ""]) => program);
  expect(programs).toContain("bin/up");
  for (const program of programs) {
    expect({ program, mode: statSync(join(PROJECT, program)).mode & 0o111 }).toEqual({
      program,
      mode: 0o111,
    });
  }
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  for (const [, script = ""] of README.matchAll(/`npm run ([a-z-]+)/g)) {
    expect(Object.keys(scripts)).toContain(script);
  }
});

test("a shown line that is not in the output is noticed, and one in another order", () => {
  const output = "STACK   REDIS   MAXMEMORY\ndev-cache-dev  7.4.11  128 MiB\n\nup: dev-cache-dev\n";
  expect(
    linesNotIn(output, ["STACK REDIS …", "…", "dev-cache-dev … 128 MiB", "", "up: dev-cache-dev"]),
  ).toEqual([]);
  expect(linesNotIn(output, ["up: dev-cache"])).toEqual(["up: dev-cache"]);
  expect(linesNotIn(output, ["dev-cache-dev … 129 MiB"])).toEqual(["dev-cache-dev … 129 MiB"]);
  expect(linesNotIn(output, ["up: dev-cache-dev", "STACK …"])).toEqual(["STACK …"]);
});

test("commands are read with their line, output and exit code", () => {
  const text = ["```console exit=2", "$ a \\", "  b", "out", "$ c", "```", "```ts", "$ no", "```", "prose"];
  expect(commandsIn(text.join("\n"))).toEqual([
    { at: 2, line: "a \\\n  b", shown: ["out"], exitCode: 2 },
    { at: 5, line: "c", shown: [], exitCode: 2 },
  ]);
});
