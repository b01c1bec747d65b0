import { matchesKey } from "../../../ops/keys/match-key";
import { KEY_PATTERNS } from "../../support/key-patterns";

it.each(KEY_PATTERNS)("%j matches as KEYS does", (pattern, yes, no) => {
  expect(yes.filter((key) => matchesKey(pattern, Buffer.from(key)))).toEqual(yes);
  expect(no.filter((key) => matchesKey(pattern, Buffer.from(key)))).toEqual([]);
});

it("matches bytes, whether they are UTF-8 or not", () => {
  expect(matchesKey("??", Buffer.from("é"))).toBe(true);
  expect(matchesKey("?", Buffer.from("é"))).toBe(false);
  expect(matchesKey("é*", Buffer.from("été"))).toBe(true);
  expect(matchesKey("a*b", Buffer.from([97, 0xff, 0, 98]))).toBe(true);
  expect(matchesKey("[é]", Buffer.from([0xa9]))).toBe(true);
});

it("takes a pattern that is made to take long, and one of any length", () => {
  const begun = Date.now();
  expect(matchesKey(`${"a*".repeat(5_000)}b`, Buffer.alloc(10_000, "a"))).toBe(false);
  expect(matchesKey(`${"*a".repeat(30)}b`, Buffer.alloc(1_000, "a"))).toBe(false);
  expect(Date.now() - begun).toBeLessThan(5_000);
});
