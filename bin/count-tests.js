// Counts jest's report (--json --outputFile): usage: node count-tests.js REPORT
// Exits 1 on a failed or skipped test, on a file that could not run, and when no test ran.
const { readFileSync } = require("node:fs");

const text = readFileSync(process.argv[2], "utf8");
const report = text === "" ? {} : JSON.parse(text);
const passed = report.numPassedTests ?? 0;
const failed = (report.numFailedTests ?? 0) + (report.numRuntimeErrorTestSuites ?? 0);
const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);

console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = passed > 0 && failed === 0 && skipped === 0 ? 0 : 1;
