// A jest reporter that is quiet about what goes well: failures in full, and how far it is.

const SECONDS_BETWEEN_LINES = 20;

module.exports = class QuietReporter {
  constructor() {
    this.started = Date.now();
    this.told = 0;
    this.isTerminal = Boolean(process.stderr.isTTY);
  }

  onTestResult(_test, { failureMessage, testFilePath }, results) {
    if (failureMessage) {
      this.line(`FAIL ${testFilePath}\n${failureMessage}`);
    }
    const seconds = Math.round((Date.now() - this.started) / 1000);
    const done = results.numPassedTestSuites + results.numFailedTestSuites + results.numPendingTestSuites;
    const progress = `... ${done} of ${results.numTotalTestSuites} files, ${results.numPassedTests} tests passed (${seconds} s)`;
    if (this.isTerminal) {
      process.stderr.write(`\r\x1b[K${progress}`);
    } else if (seconds - this.told >= SECONDS_BETWEEN_LINES) {
      this.told = seconds;
      this.line(progress);
    }
  }

  onRunComplete() {
    if (this.isTerminal) {
      process.stderr.write("\r\x1b[K");
    }
  }

  line(text) {
    process.stderr.write(`${this.isTerminal ? "\r\x1b[K" : ""}${text}\n`);
  }
};
