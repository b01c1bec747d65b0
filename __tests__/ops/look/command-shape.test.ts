import type { StoreProps } from "../../../core/redis-stack-props";
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
