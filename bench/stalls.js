// Wakes up once each millisecond until SIGTERM, asks nobody anything, and prints as JSON from when to when it was kept from
// running, in ms of the monotonic clock: alone at the highest priority on one processor, it is that processor that stood still.
// Usage: taskset -c CPU chrt -f 20 node stalls.js
const SHORTEST_MS = 0.5;
const waiting = new Int32Array(new SharedArrayBuffer(4));
const stalls = [];
let isOver = false;

process.on("SIGTERM", () => {
  isOver = true;
});

function watch() {
  for (let tick = 0; tick < 50; tick++) {
    const from = performance.now();
    Atomics.wait(waiting, 0, 0, 1);
    const to = performance.now();
    if (to - from - 1 > SHORTEST_MS) {
      stalls.push([from, to]);
    }
  }
  if (isOver) {
    tell();
  } else {
    setImmediate(watch);
  }
}

function tell() {
  const start = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  const told = stalls.map((stall) => stall.map((ms) => Number((start + ms).toFixed(3))));
  process.stdout.write(JSON.stringify(told), () => process.exit());
}

process.stdout.write("begun\n", watch);
