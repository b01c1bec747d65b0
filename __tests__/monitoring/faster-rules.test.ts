import { ruleFile } from "../../monitoring/alert-rules";
import { ALERTED_STACKS } from "../support/alert-case";
import { fasterRules } from "../support/faster-rules";

/** What the tests of real alerts run with has to be the product's rules, and nothing but faster. */

const rules = ruleFile(Object.values(ALERTED_STACKS));

test.each([
  ["expr: max by (stack) (rate(a[5m])) > 0", "expr: max by (stack) (rate(a[5000ms])) > 0"],
  ["expr: a - last_over_time(a[1h] offset 5m)", "expr: a - last_over_time(a[60000ms] offset 5000ms)"],
  ["expr: a[30m] / b[1h30m]", "expr: a[30000ms] / b[90000ms]"],
  ["        for: 1m0s", "        for: 1000ms"],
  ["        for: 0m", "        for: 0ms"],
  ["expr: time() - max by (stack) (a > 0) > 43800", "expr: time() - max by (stack) (a > 0) > 730"],
  [
    'expr: a and on (stack) redis_uptime_in_seconds{stack="a"} < 300 or b',
    'expr: a and on (stack) redis_uptime_in_seconds{stack="a"} < 5 or b',
  ],
  ['expr: a{cmd!~"[sp]?subscribe|xread"} > 300', 'expr: a{cmd!~"[sp]?subscribe|xread"} > 300'],
  ["description: wait for: 5m and [5m of it", "description: wait for: 5m and [5m of it"],
  ["record: stack:redis_evicted_keys:rate5m", "record: stack:redis_evicted_keys:rate5m"],
])("%s, sixty times as fast", (before, after) => {
  expect(fasterRules(before, 60)).toBe(after);
});

test("a duration that Prometheus does not know is no duration", () => {
  expect(() => fasterRules("        for: 5min", 60)).toThrow("5min is no duration of Prometheus");
});

const TIMES =
  /\[\d\w*\]| offset \d\w*|^ +for: .*$|uptime_in_seconds\{[^}]*\} < [\d.]+|time\(\) - .* > [\d.]+$/gm;
const withoutTimes = (text: string) => text.replace(TIMES, "…").split("\n");

test("everything but the times is the product's", () => {
  expect(withoutTimes(fasterRules(rules, 60))).toEqual(withoutTimes(rules));
});

test("no time of the product's is left", () => {
  const timed = (text: string) => text.match(TIMES) ?? [];
  const [before, after] = [timed(rules), timed(fasterRules(rules, 60))];
  expect(after).toHaveLength(before.length);
  expect(before.length).toBeGreaterThan(80);
  expect(after.filter((time, index) => time === before[index])).toEqual([]);
});
