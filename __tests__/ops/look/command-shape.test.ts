import { list } from "@ioredis/commands";
import type { StoreProps } from "../../../core/store-props";
import { adviceFor } from "../../../ops/look/command-advice";
import { shapeOf } from "../../../ops/look/command-shape";
import { keyShape } from "../../../ops/look/key-shape";

const stores: readonly StoreProps[] = [
  { kind: "sessions", keys: "session:*", lossAcceptable: false },
  { kind: "pub-sub", keys: "*", lossAcceptable: true },
];

test.each([
  ["session:eyJhbGci", "session:*"],
  ["user:42:profile", "user:*:*"],
  ["user:profile:alice", "user:profile:*"],
  ["counter", "counter"],
  ["0f8fad5bd9cb469fa165", "*"],
  ["alice@example.org", "*"],
  ["a".repeat(24), "a".repeat(24)],
  ["a".repeat(25), "*"],
  ["", "*"],
  ["\u001b[2J:x", "*:*"],
])("the shape of key %j is %j", (key, shape) => {
  expect(keyShape(key, stores)).toBe(shape);
});

test.each([
  [["get", "session:TOKEN"], "GET session:*"],
  [["SET", "session:TOKEN", "TOKEN", "EX", "60"], "SET session:*"],
  [["LRANGE", "jobs:TOKEN", "0", "-1"], "LRANGE jobs:* 0 -1"],
  [["LRANGE", "jobs:TOKEN", "0", "9"], "LRANGE jobs:*"],
  [["mget", "session:TOKEN", "session:b", "other:TOKEN"], "MGET session:* and 1 more"],
  [["KEYS", "session:TOKEN*"], "KEYS session:*"],
  [["OPS_CONFIG", "SET", "requirepass", "TOKEN"], "CONFIG SET"],
  [["AUTH", "ops", "TOKEN"], "AUTH"],
  [["EVALSHA", "abc", "1", "session:TOKEN", "TOKEN"], "EVALSHA session:*"],
  [["EVAL", "return 'TOKEN'", "0"], "EVAL"],
  [["OBJECT", "FREQ", "session:TOKEN"], "OBJECT FREQ session:*"],
  [["MEMORY", "USAGE", "session:TOKEN"], "MEMORY USAGE session:*"],
  [["PUBLISH", "news", "TOKEN"], "PUBLISH"],
  [["DEL", "session:TOKEN", "... (5 more arguments)"], "DEL session:*"],
  [["NOSUCH", "TOKEN"], "NOSUCH"],
])("%j is told as %j, without a value", (words, shape) => {
  const told = shapeOf(words, { stores, server: { renamedCommands: { CONFIG: "OPS_CONFIG" } } });
  expect(told.shape).toBe(shape);
  expect(told.shape).not.toContain("TOKEN");
});

const told = (words: readonly string[]) => shapeOf(words, { stores, server: { renamedCommands: {} } });

test.each(["200000", "4294967296", "99999999999999999999", "1e9", "0x7fffffff", "Infinity", "-1", "x", ""])(
  "no command is too much that says it has %j keys",
  (count) => {
    for (const name of list) {
      for (const words of [[count], [count, "a"], ["a", count], ["a", count, "b"], ["a", "b", count]]) {
        expect(told([name, ...words]).keys.length).toBeLessThanOrEqual(3);
      }
    }
  },
);

test("a count of keys is believed as far as there are words", () => {
  expect(told(["EVAL", "x", "2", "a", "b", "c"]).keys).toEqual(["a", "b"]);
  expect(told(["EVAL", "x", "200000", "a", "b"]).keys).toEqual(["a", "b"]);
  expect(told(["ZUNIONSTORE", "into", "2", "a", "b"]).keys).toEqual(["into", "a", "b"]);
  expect(told(["SINTERCARD", "1", "a", "LIMIT", "9"]).keys).toEqual(["a"]);
  expect(told(["GET", "200000"]).keys).toEqual(["200000"]);
});

test.each([
  [
    "KEYS",
    "KEYS session:*",
    "KEYS looks at every key while everybody waits; use SCAN, or redis-ops sessions list",
  ],
  [
    "LRANGE",
    "LRANGE jobs:* 0 -1",
    "LRANGE 0 -1 sends a whole list; ask for slices, and keep the list short by LTRIM",
  ],
  ["LRANGE", "LRANGE jobs:*", undefined],
  ["DEL", "DEL jobs:*", "DEL frees the memory of big values while everybody waits; use UNLINK"],
  ["PING", "PING", undefined],
])("about %s, as %s: %s", (command, shape, advice) => {
  expect(adviceFor({ command, shape })).toBe(advice);
});
