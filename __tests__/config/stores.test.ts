import type { Store } from "../../config/service";
import { STORE_KINDS } from "../../core/store-props";
import { problemsOf, shopStack, unchecked } from "../support/stack-fixtures";

const session: Store = { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: true };
const messages: Store = { kind: "pub-sub", keys: "news", ttl: "none", lossAcceptable: true };

const problemsWith = (...stores: readonly Store[]) => problemsOf("dev", { service: { stores } });

describe("what a service stores", () => {
  it.each(STORE_KINDS.filter((kind) => kind !== "pub-sub"))("may be %s", (kind) => {
    expect(problemsWith({ ...session, kind })).toEqual([]);
  });

  it("is something", () => {
    expect(problemsWith()).toEqual([
      "shop.stores: got an empty list, expected what the service keeps in Redis; policy, persistence and gates follow " +
        'from it. Fix: write { kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true } or what it is.',
    ]);
  });

  it("is of a kind that there is", () => {
    expect(problemsWith(session, { ...session, keys: "other:*", kind: unchecked("session") })).toEqual([
      `shop.stores[1].kind: got "session", expected one of ${STORE_KINDS.join(", ")}. ` +
        'Fix: did you mean "sessions"? Use that name.',
    ]);
  });

  it.each(["s", "session:{user}:*", "*", "Schlüssel:*", "k".repeat(200)])("has keys like %j", (keys) => {
    expect(problemsWith({ ...session, keys })).toEqual([]);
  });

  it.each<[string, string]>([
    ...["", " ", "a b", "a\nb", "\t"].map((keys) => [keys, JSON.stringify(keys)] satisfies [string, string]),
    ["a\u202eb", '"a\\u202eb"'],
    ["k".repeat(201), "201 characters"],
  ])("has no keys like %j", (keys, got) => {
    expect(problemsWith({ ...session, keys })).toEqual([
      `shop.stores[0].keys: got ${got}, expected a pattern of keys: 1 to 200 characters that can be read, and no blank. ` +
        'Fix: write what the keys begin with and a star, such as "session:*".',
    ]);
  });

  it("has a pattern of its own in each store", () => {
    expect(problemsWith(session, { ...session, keys: "csrf:*" }, { ...session, kind: "cache" })).toEqual([
      'shop.stores[2].keys: got "session:*", which another store has, expected a pattern for each store. ' +
        'Fix: write what these keys begin with, such as "shop:other:*".',
    ]);
  });

  it.each(["none", "1 ms", "2147483647 s"] as const)("may have a TTL of %s", (ttl) => {
    expect(problemsWith({ ...session, ttl })).toEqual([]);
  });

  it.each([
    ["0 s", "0 s"],
    ["0 h", "0 s"],
    ["2147483647001 ms", "2147483647001 ms"],
  ] as const)("may not have a TTL of %s, which Redis does not keep", (ttl, got) => {
    expect(problemsWith({ ...session, ttl })).toEqual([
      `shop.stores[0].ttl: got ${got}, expected more than 0 s, 2147483647 s at most, or "none". ` +
        'Fix: write "none" for keys that stay until somebody deletes them.',
    ]);
  });

  it.each([
    ["24h", 'write "24 h"'],
    ["1 day", 'write "24 h"'],
    ["86400", 'write the unit, too, such as "86400 s", "86400 min", "86400 h"'],
    ["never", 'write a number without sign or fraction, one blank and the unit; "90 s" instead of "1.5 min"'],
  ])("is told that a TTL of %s cannot be read, and that there may be none", (ttl, fix) => {
    expect(problemsWith({ ...session, ttl: unchecked(ttl) })).toEqual([
      `shop.stores[0].ttl: got "${ttl}", expected a whole number and a unit (h, min, s, ms), such as "30 s", or "none". ` +
        `Fix: ${fix}.`,
    ]);
  });

  it("is told once, though each environment has it", () => {
    const problems = problemsOf("prod", { service: { stores: [{ ...session, keys: "" }] } });
    expect(problems).toHaveLength(1);
  });

  it("is decided with its TTLs read; those without one have none", () => {
    const { props, decisions } = shopStack("dev", {
      service: { stores: [session, { ...session, keys: "queue:*", kind: "queue", ttl: "none" }] },
    });
    expect(props.stores.map(({ ttl }) => ttl?.toMilliseconds())).toEqual([86_400_000, undefined]);
    expect(props.stores[1]).not.toHaveProperty("ttl");
    expect(decisions.sourceOf("stores.0.ttl")).toEqual({ kind: "service" });
  });
});

describe("messages of pub-sub", () => {
  it("have no TTL, and may be lost", () => {
    expect(problemsWith(messages)).toEqual([]);
  });

  it("are in no key that could have a TTL", () => {
    expect(problemsWith({ ...messages, ttl: "1 h" })).toEqual([
      'shop.stores[0].ttl: got 1 h, expected "none", since Redis does not keep messages of pub-sub. ' +
        'Fix: write ttl: "none".',
    ]);
  });

  it("are lost when nobody listens, whatever the service says", () => {
    expect(problemsWith({ ...messages, lossAcceptable: false })).toEqual([
      "shop.stores[0].lossAcceptable: got false, expected true, since who does not listen when a message is published " +
        'never gets it. Fix: write true, or store what must arrive as kind: "queue".',
    ]);
  });
});
