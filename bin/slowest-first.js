// The order of jest's files: the slowest first, so that no worker is left with one of them at the end. How long each takes,
// jest remembers from the last run. A machine that has not run them yet is told the longest here.
const { basename } = require("node:path");
const { default: Sequencer } = require("@jest/test-sequencer");

const LONGEST = [
  "readme",
  "bin-adopt",
  "bin-up",
  "alerts",
  "backup-create",
  "kill-trials",
  "restore",
  "bin-up-prod",
  "upgrade",
  "directives",
  "upgrade-kills",
  "restore-failures",
  "incident-server",
  "prometheus",
  "stores",
  "queues",
  "sessions",
];

const rank = ({ path, context }) => {
  if (context.config.displayName?.name !== "engine") {
    return LONGEST.length + 1;
  }
  const known = LONGEST.indexOf(basename(path, ".test.ts"));
  return known < 0 ? LONGEST.length : known;
};

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    return sorted.every(({ duration }) => duration !== undefined)
      ? sorted
      : [...sorted].sort((a, b) => rank(a) - rank(b));
  }
};
