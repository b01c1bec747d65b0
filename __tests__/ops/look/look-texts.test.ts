import { ReplyError } from "ioredis";
import { hot } from "../../../ops/commands/hot";
import { latency } from "../../../ops/commands/latency";
import { onServer } from "../../../ops/look/on-server";
import { knowsNoTouch, readWithoutTouch } from "../../../ops/read-without-touch";
import { recorded } from "../../support/recorded";
import { shopStack } from "../../support/stack-fixtures";

jest.mock("../../../ops/look/on-server", () => ({
  ...jest.requireActual("../../../ops/look/on-server"),
  onServer: jest.fn(),
}));

const stack = shopStack("prod");

const LATENCY = {
  events: [],
  thresholdMs: 100,
  commands: [],
  latestForkMicroseconds: 0,
  aofDelayedFsync: 0,
  now: 0,
};

test.each([
  [0, 0, "ok"],
  [1, 1, "warning"],
])(
  "latency says what is compared with the thresholds, and how it came out (%#)",
  async (beyond, code, verdict) => {
    const { warning, critical } = stack.props.thresholds.latency;
    const p50 = warning.toMilliseconds() + beyond;
    jest.mocked(onServer).mockResolvedValue([LATENCY, { count: 9, p50, p99: p50, max: p50 }]);
    const { exitCode, out } = await recorded((terminal) =>
      latency(stack, { seconds: 1, json: false }, terminal),
    );
    expect(exitCode).toBe(code);
    expect(out.split("\n").at(-1)).toBe(
      `Half of the round trips (the median), ${p50 < 10 ? p50.toFixed(2) : p50} ms, compared with thresholds.latency, warning ${warning}, critical ${critical}: ${verdict}.`,
    );
  },
);

test.each([
  ["7.0.15", true],
  ["7.4.11", false],
])("hot on Redis %s says whether what this program reads counts as use: %s", async (version, counts) => {
  const sample = { measure: "idle", policy: "noeviction", sampled: 1, of: 1, shapes: [], keys: [] };
  jest.mocked(onServer).mockResolvedValue([[], sample, undefined]);
  const { props } = stack;
  const old = { ...stack, props: { ...props, server: { ...props.server, version } } };
  const { out } = await recorded((terminal) =>
    hot(old, { seconds: 1, sample: 10, keys: false, json: false }, terminal),
  );
  expect(out.includes("what sessions, queue and memory --keys read counts as use as well")).toBe(counts);
});

test.each([
  ["6.2.14", false],
  ["7.0.15", false],
  ["7.1.9", false],
  ["7.2.0", true],
  ["7.10.0", true],
  ["8.0.2", true],
])("whether Redis %s can be read without touching its keys: %s", (version, can) => {
  expect(knowsNoTouch(version)).toBe(can);
});

test("keys stay untouched where the server can do that, and an older one that still runs is no error", async () => {
  const call = jest.fn();
  await readWithoutTouch({ call }, "CLIENT", "7.0.15");
  await readWithoutTouch({ call }, undefined, "7.4.11");
  expect(call).not.toHaveBeenCalled();
  await readWithoutTouch({ call }, "OPS_CLIENT", "7.4.11");
  expect(call.mock.calls).toEqual([["OPS_CLIENT", "NO-TOUCH", "ON"]]);
  call.mockRejectedValueOnce(new ReplyError("ERR unknown subcommand 'NO-TOUCH'."));
  await readWithoutTouch({ call }, "CLIENT", "7.4.11");
  call.mockRejectedValueOnce(new Error("Connection is closed."));
  await expect(readWithoutTouch({ call }, "CLIENT", "7.4.11")).rejects.toThrow("Connection is closed.");
});
