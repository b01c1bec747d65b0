import type { Service } from "../../../config/service";
import { emptyTally, type Tally } from "../../../ops/sessions/find-sessions";
import type { Session } from "../../../ops/sessions/read-sessions";
import { type FilterFlags, readFilters } from "../../../ops/sessions/session-filters";
import { sessionTable, tallyText, unreadableText } from "../../../ops/sessions/session-texts";
import { shopStack } from "../../support/stack-fixtures";

const stackWith = (format: Service["stores"][number]["format"]) =>
  shopStack("dev", {
    service: {
      stores: [
        { kind: "sessions", keys: "basket:*", ttl: "24 h", lossAcceptable: false, ...(format && { format }) },
      ],
    },
  });

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const sessionsOf = (format: Service["stores"][number]["format"], ...all: Partial<Session>[]) => {
  const [store] = stackWith(format).props.stores;
  if (store === undefined) {
    throw new Error("no store");
  }
  return all.map((one): Session => ({ key: Buffer.from("basket:ann"), store, ttl: HOUR, ...one }));
};

const linesOf = (sessions: readonly Session[]) => sessionTable(sessions, NOW).split("\n");

test("a table has the columns that a format declares, and a cell is never empty", () => {
  const format = { encoding: "json", organisation: "org", createdAt: "made" } as const;
  const rows = linesOf(
    sessionsOf(
      format,
      { fields: { org: "7", made: NOW - 2 * HOUR } },
      { fields: {}, ttl: -1 },
      { fields: undefined },
    ),
  );
  expect(rows.map((line) => line.split(/ {2,}/))).toEqual([
    ["KEY", "USER", "ORGANISATION", "CREATED", "TTL"],
    ["basket:ann", "ann", "7", "2 h ago", "1 h"],
    ["basket:ann", "ann", "-", "no date", "stays for ever"],
    ["basket:ann", "ann", "cannot be read", "cannot be read", "1 h"],
  ]);
  expect(linesOf(sessionsOf(undefined, {})).map((line) => line.split(/ {2,}/))).toEqual([
    ["KEY", "TTL"],
    ["basket:ann", "1 h"],
  ]);
});

test.each([
  [{ keys: 3, read: 3, matched: 2 }, "3 sessions looked at; 2 match"],
  [
    { keys: 188, read: 188, unreadable: 188 },
    "188 sessions looked at, of which 188 could not be read; 0 match",
  ],
  [
    { keys: 1200, matched: 1, withoutDate: 4, gone: 1 },
    "1,200 sessions looked at; 1 matches; 4 without a date, which no filter of an age matches; " +
      "1 gone before they were read",
  ],
])("what was looked at is told: %j", (tally: Partial<Tally>, text) => {
  expect(tallyText({ ...emptyTally(), ...tally })).toBe(text);
});

const JSON_FORMAT = { encoding: "json", organisation: "org" } as const;
const NONE = { key: [], where: [], withoutTtl: false };

test.each<[Partial<FilterFlags>, boolean, number, string | undefined]>([
  [{ match: "basket:b*" }, true, 1, "what cannot be read is left. Next: add --unreadable to mean it, too"],
  [
    { organisation: "7" },
    true,
    1,
    "no filter of a field or an age means what cannot be read. Next: choose it by --match, with --unreadable",
  ],
  [{ match: "basket:b*" }, true, 0, undefined],
  [{ match: "basket:b*" }, false, 1, undefined],
])("of %j, with what is readable alone %j, and %j that is not", (flags, readableOnly, unreadable, text) => {
  const selection = { ...readFilters(stackWith(JSON_FORMAT), { ...NONE, ...flags }), readableOnly };
  expect(unreadableText({ ...emptyTally(), unreadable }, selection)).toBe(text);
});
