import { commandUse } from "../../../ops/look/command-stats";
import { commandLatencies, summary } from "../../../ops/look/latency";
import { monitoredCommand } from "../../../ops/look/monitor";
import { type SlowEntry, sumSlowLog } from "../../../ops/look/slow-log";
import { countText, microsecondsText, percentText, smallBar } from "../../../ops/look/small-bar";

const stat = (name: string, calls: number, usec: number, failed = 0) =>
  `cmdstat_${name}:calls=${calls},usec=${usec},usec_per_call=1.00,rejected_calls=0,failed_calls=${failed}\r\n`;

test("what was used between two looks, without our own INFO", () => {
  const before = stat("get", 10, 100) + stat("set", 5, 50) + stat("info", 1, 9);
  const after =
    stat("get", 30, 400, 2) + stat("set", 5, 50) + stat("info", 2, 90) + stat("config|get", 1, 100);
  expect(commandUse(before, after, 2)).toEqual([
    { command: "GET", callsPerSecond: 10, microsecondsPerCall: 15, share: 0.75, rejected: 0, failed: 2 },
    {
      command: "CONFIG GET",
      callsPerSecond: 0.5,
      microsecondsPerCall: 100,
      share: 0.25,
      rejected: 0,
      failed: 0,
    },
  ]);
});

test("counters that were set to 0 meanwhile are counted from there", () => {
  expect(commandUse(stat("get", 10, 100), stat("get", 4, 8), 1)).toMatchObject([
    { command: "GET", callsPerSecond: 4, microsecondsPerCall: 2 },
  ]);
});

test("a line of MONITOR, with bytes that it escapes", () => {
  expect(monitoredCommand('+1700000000.5 [3 [::1]:5000] "SET" "a\\"b\\\\" "\\xc3\\xa9\\n"')).toEqual({
    at: 1_700_000_000.5,
    database: 3,
    client: "[::1]:5000",
    words: ["SET", 'a"b\\', "é\n"],
  });
  expect(monitoredCommand('+1700000000.5 [0 lua] "GET" "cut of')).toMatchObject({
    client: "lua",
    words: ["GET"],
  });
  expect(monitoredCommand("+OK")).toBeUndefined();
  const long = `+1700000000.5 [0 127.0.0.1:1] "SET" "key" "${"\\x00".repeat(4_000_000)}"`;
  expect(monitoredCommand(long)?.words.slice(0, 2)).toEqual(["SET", "key"]);
});

test("percentiles of commands, by the slowest", () => {
  const latency =
    "latency_percentiles_usec_get:p50=1.003,p99=2.007,p99.9=5.023\r\nlatency_percentiles_usec_config|get:p50=9,p99=9,p99.9=9\r\n";
  expect(commandLatencies(latency, stat("get", 7, 7))).toEqual([
    { command: "CONFIG GET", calls: 0, p50: 9, p99: 9, p999: 9 },
    { command: "GET", calls: 7, p50: 1.003, p99: 2.007, p999: 5.023 },
  ]);
});

test("round trips in short", () => {
  const times = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(summary(times)).toEqual({ count: 100, p50: 51, p99: 100, max: 100 });
  expect(summary([2])).toEqual({ count: 1, p50: 2, p99: 2, max: 2 });
});

test("the slow log by shape, the costliest first, with what to do instead", () => {
  const entry = (shape: string, microseconds: number): SlowEntry => ({
    id: 1,
    at: 0,
    microseconds,
    shape,
    command: shape.split(" ")[0] ?? "",
    client: "",
    name: "",
    words: [],
  });
  expect(sumSlowLog([entry("PING", 5), entry("DEL a:*", 10), entry("DEL a:*", 5)])).toEqual([
    {
      shape: "DEL a:*",
      count: 2,
      totalMicroseconds: 15,
      worstMicroseconds: 10,
      share: 0.75,
      advice: "DEL frees the memory of big values while everybody waits; use UNLINK",
    },
    { shape: "PING", count: 1, totalMicroseconds: 5, worstMicroseconds: 5, share: 0.25 },
  ]);
});

test("numbers for people", () => {
  expect([0, 0.49, 0.5, 1, 2, -1].map((share) => smallBar(share, 2))).toEqual([
    "░░",
    "█░",
    "█░",
    "██",
    "██",
    "░░",
  ]);
  expect([undefined, 0, 0.001, 0.005, 1].map(percentText)).toEqual(["-", "0 %", "<1 %", "1 %", "100 %"]);
  expect([0.959, 999, 1000, 999_900, 1_000_000].map(microsecondsText)).toEqual([
    "0.959 us",
    "999 us",
    "1.0 ms",
    "999.9 ms",
    "1.00 s",
  ]);
  expect([999, 1000, 1_500_000, 2e9].map(countText)).toEqual(["999", "1.0k", "1.5M", "2.0G"]);
});
