import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plainEnvironment, runProgram } from "../support/run-program";
import { temporaryFolder } from "../support/temporary-folder";

const inFolder = temporaryFolder();

/** What `bin/count-tests.js` makes of this text in jest's report. */
const count = async (report: string) => {
  writeFileSync(inFolder("report.json"), report);
  const { exitCode, output } = await runProgram(
    "node",
    [join(__dirname, "..", "..", "bin", "count-tests.js"), inFolder("report.json")],
    { cwd: inFolder("."), env: plainEnvironment() },
  );
  return { exitCode, output };
};

const ALL_PASSED = {
  numPassedTests: 12,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  numRuntimeErrorTestSuites: 0,
};
const report = (other: Partial<typeof ALL_PASSED> = {}) => JSON.stringify({ ...ALL_PASSED, ...other });

test("tests that all passed are a success", async () => {
  expect(await count(report())).toEqual({ exitCode: 0, output: "12 passed, 0 failed, 0 skipped\n" });
});

test("a failed test is a failure", async () => {
  expect(await count(report({ numFailedTests: 2 }))).toEqual({
    exitCode: 1,
    output: "12 passed, 2 failed, 0 skipped\n",
  });
});

test("a skipped test is a failure", async () => {
  expect(await count(report({ numPendingTests: 1 }))).toEqual({
    exitCode: 1,
    output: "12 passed, 0 failed, 1 skipped\n",
  });
});

test("a test still to be written counts as skipped", async () => {
  expect(await count(report({ numTodoTests: 1 }))).toEqual({
    exitCode: 1,
    output: "12 passed, 0 failed, 1 skipped\n",
  });
});

test("a file that could not run counts as failed, since its tests are in no other number", async () => {
  expect(await count(report({ numRuntimeErrorTestSuites: 1 }))).toEqual({
    exitCode: 1,
    output: "12 passed, 1 failed, 0 skipped\n",
  });
});

test.each([
  ["no test ran", report({ numPassedTests: 0 })],
  ["jest ended before it wrote anything", ""],
  ["the report has no numbers", "{}"],
])("nothing is proved when %s", async (_, text) => {
  expect(await count(text)).toEqual({ exitCode: 1, output: "0 passed, 0 failed, 0 skipped\n" });
});
