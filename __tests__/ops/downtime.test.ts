import { downtimeOf } from "../../ops/downtime";

const SECOND = 1_000_000_000;
const STOP = 1_795_275_291 * SECOND;

/** What Docker says `after` seconds after the stop, with the precision that JSON leaves it. */
const event = (Action: string, after: number) => JSON.stringify({ Action, timeNano: STOP + after * SECOND });
const ready = (after: number) =>
  `${new Date(STOP / 1e6 + after * 1000).toISOString()} 1:M 21 Nov 2026 * Ready to accept connections tcp`;

const events = [event("kill", 0), event("die", 0.5), event("start", 1.25), ""].join("\n");

const rounded = (log: string, told = events) => {
  const found = downtimeOf(told, log);
  return found && Object.values(found).map((seconds) => Math.round(seconds * 1000) / 1000);
};

test("the time without an answer is from the stop to the moment at which Redis is ready, in three parts", () => {
  expect(rounded(ready(2))).toEqual([2, 0.5, 0.75, 0.75]);
});

test("a small server is ready before Docker says that it has started", () => {
  expect(rounded(ready(1))).toEqual([1, 0.5, 0.5, 0]);
});

test("of a container that was started again, and of one that was killed twice, the whole time counts", () => {
  const again = [event("kill", 0), event("kill", 10), event("die", 10), event("start", 11), ""].join("\n");
  expect(rounded([ready(-100), ready(12)].join("\n"), again)).toEqual([12, 10, 1, 1]);
});

test.each([
  ["nobody stopped it", [event("start", 0)].join("\n"), ready(2)],
  ["it was not started again", [event("kill", 0), event("die", 0.5)].join("\n"), ready(2)],
  ["it is not ready yet", events, "2026-11-21T15:34:51.9Z 1:M * Loading RDB produced by version 7.0.15"],
  ["it was ready only before", events, ready(-5)],
  ["nothing happened", "", ""],
])("nothing is said where %s", (_, told, log) => {
  expect(downtimeOf(told, log)).toBeUndefined();
});
