import type { Service, Store } from "../../../config/service";
import { CACHE, LOCKS } from "../../../ops/keys/subject";
import { readChoice } from "../../../ops/stores/read-choice";
import { shopStack } from "../../support/stack-fixtures";

const store = (kind: Store["kind"], keys: string): Store => ({
  kind,
  keys,
  ttl: "1 h",
  lossAcceptable: true,
});
const stores: Service["stores"] = [
  store("cache", "api:users:*"),
  store("cache", "cache:*"),
  store("sessions", "cache:session:*"),
  store("rate-limits", "api:*"),
  { kind: "pub-sub", keys: "api:users:news", ttl: "none", lossAcceptable: true },
];
const stack = shopStack("dev", { service: { stores, maxmemoryPolicy: "volatile-lru" } });
const NONE = { key: [], withoutTtl: false };

const refusal = (match: string, others: string) =>
  `--match: got "${match}", which keys of ${others} can match, too, expected a pattern for keys of ` +
  "api:users:*, cache:* alone. Fix: write more of the start of the keys, or choose with --store.";

test.each(["api:users:*", "api:users:7*", "cache:project:*"])("%s means keys of caches alone", (match) => {
  const selection = readChoice(stack, { ...NONE, match }, CACHE);
  expect(selection).toMatchObject({ match, told: `--match "${match}"` });
});

test.each([
  ["api:*", "api:* (rate-limits)"],
  ["api:key:*", "api:* (rate-limits)"],
  ["cache:*", "cache:session:* (sessions)"],
  ["cache:session:1", "cache:session:* (sessions)"],
  ["cache:s?ssion", "cache:session:* (sessions)"],
  ["*:1", "cache:session:* (sessions), api:* (rate-limits)"],
])("%s is refused, since it could mean %s", (match, others) => {
  expect(() => readChoice(stack, { ...NONE, match }, CACHE)).toThrow(refusal(match, others));
});

test("a store that is named says which are meant", () => {
  const selection = readChoice(stack, { ...NONE, match: "*:1", store: "cache:*" }, CACHE);
  expect(selection.stores.map(({ keys }) => keys)).toEqual(["cache:*"]);
});

test("a key of another kind, a store of another kind, and a kind that is not kept are refused", () => {
  expect(() => readChoice(stack, { ...NONE, key: ["cache:session:1"] }, CACHE)).toThrow(
    '--key: got "cache:session:1", expected a key of api:users:*, cache:*. Fix: write it as cache list prints it.',
  );
  expect(() => readChoice(stack, { ...NONE, store: "api:*" }, CACHE)).toThrow(
    '--store: got "api:*", expected one of api:users:*, cache:*. Fix: write the pattern of a store of kind cache.',
  );
  expect(() => readChoice(stack, NONE, LOCKS)).toThrow(
    "shop-dev: got no store of kind locks, expected a stack with a store of kind locks. " +
      "Fix: declare them in stores of config/services/shop.ts, or name another stack.",
  );
});
