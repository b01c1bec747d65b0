import { Duration } from "../../../core/duration";
import { keyText } from "../../../ops/keys/key-text";
import type { Facts } from "../../../ops/stores/read-facts";
import {
  dataOf,
  holderDigest,
  LOCKS_GROUP,
  RATE_LIMITS_GROUP,
  rowOf,
  type StoreGroup,
} from "../../../ops/stores/store-group";

const facts = (own: Partial<Facts>): Facts => ({
  key: Buffer.from("k"),
  store: { kind: "locks", keys: "k*", ttl: Duration.seconds(30), lossAcceptable: true },
  type: "string",
  length: own.start?.length ?? 1,
  memoryBytes: 56,
  ttl: -1,
  ...own,
});
const text = (value: string) => Buffer.from(value);
const cells = (group: StoreGroup, own: Partial<Facts>, isRevealed = false) =>
  rowOf(group, facts(own), isRevealed).slice(1, -1);

test("a holder is a digest unless it is revealed, and then one line", () => {
  expect(cells(LOCKS_GROUP, { start: text("token-1") })).toEqual(["3f08aace122e"]);
  expect(cells(LOCKS_GROUP, { start: text("a b\u001b") }, true)).toEqual(['"a b\\x1b"']);
});

test("the fields of a hash hold a lock; nobody guesses of anything else", () => {
  const fields = [[text("uuid:7"), text("2")]] as const;
  expect(cells(LOCKS_GROUP, { type: "hash", fields }, true)).toEqual(["uuid:7"]);
  expect(cells(LOCKS_GROUP, { type: "zset" })).toEqual(["not known: zset"]);
  expect(holderDigest(facts({ start: text("x"), length: 1025 }))).toBeUndefined();
  expect(dataOf(LOCKS_GROUP, facts({ type: "zset" }), true)).toEqual({
    key: "k",
    store: "k*",
    holder: null,
    ttlMilliseconds: null,
  });
});

test.each([
  ["42", "42"],
  ["-1", "-1"],
  ["1234567", "1,234,567"],
  ["3.5", "3.5"],
  ["1e3", "not known"],
  ["", "not known"],
  ["12345678901234567890", "not known"],
])("the counter %j is told as %s", (start, used) => {
  expect(cells(RATE_LIMITS_GROUP, { start: text(start) })).toEqual(["string", used]);
});

test("of a window those within it are told, of a hash its numbers", () => {
  const window = { oldest: 0, newest: 1, within: 2 };
  expect(cells(RATE_LIMITS_GROUP, { type: "zset", length: 2, window })).toEqual(["zset", "2"]);
  expect(cells(RATE_LIMITS_GROUP, { type: "zset", length: 3, window })).toEqual(["zset", "2 (and 1 older)"]);
  const fields = [
    [text("tokens"), text("3.5")],
    [text("user"), text("ann")],
  ] as const;
  expect(cells(RATE_LIMITS_GROUP, { type: "hash", fields })).toEqual(["hash", "tokens=3.5"]);
  expect(cells(RATE_LIMITS_GROUP, { type: "stream" })).toEqual(["stream", "not known"]);
});

const limit = (keys: string, key: string, isRevealed = false) => {
  const store = { kind: "rate-limits", keys, ttl: Duration.seconds(3600), lossAcceptable: true } as const;
  const own = facts({ store, key: text(key) });
  const [told] = rowOf(RATE_LIMITS_GROUP, own, isRevealed);
  expect(dataOf(RATE_LIMITS_GROUP, own, isRevealed).key).toBe(told);
  return told;
};

test.each([
  ["api:key:*", "api:key:sk_live_1", "api:key:sk_l…992621cb1579"],
  ["api:key:*", "api:key:sk_l", "api:key:sk_l"],
  ["api:key:*", "api:key:sk_l1", "api:key:sk_l…07eeeb78a932"],
  ["rl:*:by:*", "rl:ann:by:secret", "rl:ann:…38fd1791d420"],
  ["rl:*", "rl:a b\n secret", '"rl:a b\\x0a"…a48eae44e795'],
  ["*", "sk_live_1", "sk_l…992621cb1579"],
  ["rl:all", "rl:all", "rl:all"],
])("of %s the key %j is told as %s unless it is revealed", (keys, key, told) => {
  expect(limit(keys, key)).toBe(told);
  expect(limit(keys, key, true)).toBe(keyText(text(key)));
});

test("the key of a session or a lock is told whole", () => {
  expect(rowOf(LOCKS_GROUP, facts({ key: text("import:job:12345678") }), false)[0]).toBe(
    "import:job:12345678",
  );
});
