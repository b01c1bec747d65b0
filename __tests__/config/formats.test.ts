import type { Format, Store } from "../../config/service";
import { ENCODINGS, STORE_KINDS } from "../../core/store-props";
import { problemsOf, shopStack, unchecked } from "../support/stack-fixtures";

const session: Store = { kind: "sessions", keys: "session:*", ttl: "24 h", lossAcceptable: true };
const json: Format = { encoding: "json" };

const problemsWith = (format: Format, own: Partial<Store> = {}) =>
  problemsOf("dev", { service: { stores: [{ ...session, ...own, format }] } });

const NO_FIELD =
  "expected the name of a field: 1 to 200 characters that can be read, with single dots between names. " +
  'Fix: write it as the value has it, such as "userId", or "user.id" for a field of a field.';

describe("the format of what a service stores", () => {
  it.each(ENCODINGS)("may be %s", (encoding) => {
    expect(problemsWith({ encoding })).toEqual([]);
  });

  it("is what the stack gets, from the service's file", () => {
    const format: Format = { encoding: "hash", user: "user.id", createdAt: "at" };
    const { props, decisions } = shopStack("dev", { service: { stores: [{ ...session, format }] } });
    expect(props.stores[0]?.format).toEqual(format);
    expect(decisions.sourceOf("stores")).toEqual({ kind: "service" });
  });

  it("is one that there is", () => {
    expect(problemsWith({ encoding: unchecked("jsn") })).toEqual([
      'shop.stores[0].format.encoding: got "jsn", expected one of json, hash, msgpack. ' +
        'Fix: did you mean "json"? Use that name.',
    ]);
  });

  it.each(["u", "user.id", "a b", "Benutzer.Größe", "f".repeat(200)])("has fields like %j", (field) => {
    expect(
      problemsWith({ ...json, user: field, organisation: field, createdAt: field, lastActivity: field }),
    ).toEqual([]);
  });

  it.each<[string, string]>([
    ...["", " ", ".", "a.", ".a", "a..b", "a. .b", "a\nb"].map(
      (field) => [field, JSON.stringify(field)] satisfies [string, string],
    ),
    ["a\u202eb", '"a\\u202eb"'],
    ["f".repeat(201), "201 characters"],
  ])("has no field %j, and says it of each", (field, got) => {
    expect(problemsWith({ ...json, user: field, lastActivity: field })).toEqual([
      `shop.stores[0].format.user: got ${got}, ${NO_FIELD}`,
      `shop.stores[0].format.lastActivity: got ${got}, ${NO_FIELD}`,
    ]);
  });

  it.each(STORE_KINDS.filter((kind) => kind !== "queue" && kind !== "pub-sub"))(
    "may be given of %s",
    (kind) => {
      expect(problemsWith(json, { kind })).toEqual([]);
    },
  );

  it.each(["queue", "pub-sub"] as const)("may not be given of %s", (kind) => {
    expect(problemsWith(json, { kind, ttl: "none" })).toEqual([
      `shop.stores[0].format: got a format of a store of kind ${kind}, expected one of a store whose keys hold a value each. ` +
        'Fix: leave format out, or write what is stored as another kind, such as "sessions".',
    ]);
  });

  it.each(["sessions", "tokens"] as const)("says whose %s are, or their keys do", (kind) => {
    expect(problemsWith(json, { kind, keys: "all" })).toEqual([
      'shop.stores[0].format.user: got nothing, with keys "all", expected the field of the user, or a star in keys that ' +
        'stands for the user. Fix: write the field, such as user: "userId".',
    ]);
    expect(problemsWith({ ...json, user: "id" }, { kind, keys: "all" })).toEqual([]);
  });

  it("needs no user where nothing is anybody's", () => {
    expect(problemsWith(json, { kind: "cache", keys: "report" })).toEqual([]);
  });
});
