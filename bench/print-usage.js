// Loaded into a program that is measured: writes its CPU time in ms and the most memory it ever had in KiB to file
// descriptor 3.
const { writeSync } = require("node:fs");

process.on("exit", () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, maxKiB: maxRSS }));
});
