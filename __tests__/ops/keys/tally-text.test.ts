import { emptyTally, type Tally } from "../../../ops/keys/find-keys";
import { type FilterFlags, readFilters } from "../../../ops/keys/key-filters";
import { tallyText, unreadableText } from "../../../ops/keys/tally-text";
import { shopStack } from "../../support/stack-fixtures";

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

const stack = shopStack("dev", {
  service: {
    stores: [
      {
        kind: "sessions",
        keys: "basket:*",
        ttl: "24 h",
        lossAcceptable: false,
        format: { encoding: "json", organisation: "org" },
      },
    ],
  },
});
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
  const selection = { ...readFilters(stack, { ...NONE, ...flags }), readableOnly };
  expect(unreadableText({ ...emptyTally(), unreadable }, selection)).toBe(text);
});
