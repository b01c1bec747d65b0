import type { StoreKind, StoreProps } from "../../../core/store-props";
import { firstStar, ownedBy, storeOf } from "../../../ops/keys/store-of";

const store = (kind: StoreKind, keys: string): StoreProps => ({ kind, keys, lossAcceptable: false });

const STORES = [
  store("sessions", "session:*"),
  store("locks", "session:lock:*"),
  store("cache", "*"),
  store("sessions", "s?ssion:lock:*"),
  store("pub-sub", "session:lock:never*"),
];

test.each([
  ["session:1", 0],
  ["session:lock:1", 1],
  ["session:lock:never1", 1],
  ["sassion:lock:1", 3],
  ["other", 2],
])("%s belongs to the store that says most", (key, at) => {
  expect(storeOf(STORES, Buffer.from(key))).toBe(STORES[at]);
  const owners = STORES.slice(0, 4).filter(
    (one) => storeOf([one], Buffer.from(key)) === one && ownedBy(STORES, one)(Buffer.from(key)),
  );
  expect(owners).toEqual([STORES[at]]);
});

test.each([
  ["session:*", "session:ann", "ann"],
  ["session:*", "session:", ""],
  ["session:*:data", "session:a:b:data", "a:b"],
  ["s?ss[io]on:*", "session:ann", "ann"],
  ["\\*:*", "*:x", "x"],
  ["a**b", "a1b", "1"],
])("the first star of %s stands in %s for %s", (pattern, key, star) => {
  expect(firstStar(pattern, Buffer.from(key))?.toString()).toBe(star);
});

test("a pattern without a star stands for nothing", () => {
  expect(firstStar("session", Buffer.from("session"))).toBeUndefined();
});
