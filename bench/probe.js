// A client of its own that sends PING, one each millisecond, until SIGTERM: then prints as JSON how long each answer took, and
// how much of that the server waited for a processor, in ms. Its standard input is the connection. It makes no garbage while it
// measures: to collect it took up to 30 ms.
// Usage: node probe.js PID_OF_THE_SERVER <CONNECTION
const { openSync, readSync, writeSync } = require("node:fs");

const CONNECTION = 0;
const PING = Buffer.from("*1\r\n$4\r\nPING\r\n");
const PONG = Buffer.alloc(64);
const MOST = 1_000_000;
const taken = new Float64Array(MOST);
const waited = new Float64Array(MOST);
/** "RUNNING WAITING SLICES" of its main thread, in ns: Documentation/scheduler/sched-stats.rst of Linux. */
const schedstat = openSync(`/proc/${process.argv[2]}/schedstat`, "r");
const stat = Buffer.alloc(128);
const nothing = new Int32Array(new SharedArrayBuffer(4));
let count = 0;
let isOver = false;

process.on("SIGTERM", () => {
  isOver = true;
});

function ask() {
  for (let tick = 0; tick < 50 && count < MOST; tick++) {
    const waitedBefore = waiting();
    const at = performance.now();
    writeSync(CONNECTION, PING);
    readSync(CONNECTION, PONG);
    taken[count] = performance.now() - at;
    waited[count] = waiting() - waitedBefore;
    count += 1;
    Atomics.wait(nothing, 0, 0, 1);
  }
  if (isOver || count === MOST) {
    tell();
  } else {
    setImmediate(ask);
  }
}

/** Time that the server has waited for a processor until now, in ms. */
function waiting() {
  const end = readSync(schedstat, stat, 0, stat.length, 0);
  let at = stat.indexOf(32) + 1;
  let nanoseconds = 0;
  for (; at < end && stat[at] !== 32; at++) {
    nanoseconds = nanoseconds * 10 + stat[at] - 48;
  }
  return nanoseconds / 1e6;
}

function tell() {
  const rounded = (ms) => Number(ms.toFixed(3));
  const pings = Array.from({ length: count }, (_, at) => [taken[at], waited[at]].map(rounded));
  process.stdout.write(JSON.stringify(pings), () => process.exit());
}

process.stdout.write("begun\n", ask);
