import type { Service } from "../../../config/service";
import { readFilters } from "../../../ops/keys/key-filters";
import { RATE_LIMITS } from "../../../ops/keys/subject";
import { shopStack } from "../../support/stack-fixtures";

const stackWith = (stores: Service["stores"]) => shopStack("dev", { service: { stores } });
const NONE = { key: [], where: [], withoutTtl: false };

const PLAIN = stackWith([{ kind: "sessions", keys: "basket:*", ttl: "24 h", lossAcceptable: false }]);
const FORMATTED = stackWith([
  {
    kind: "sessions",
    keys: "basket:*",
    ttl: "24 h",
    lossAcceptable: false,
    format: { encoding: "json", organisation: "org", createdAt: "made" },
  },
]);

test("reads every filter, and says what was written", () => {
  const flags = {
    ...NONE,
    user: "ann",
    organisation: "7",
    olderThan: "12h",
    youngerThan: "2 h",
    where: ["a.b=c=d"],
    key: ['"basket:\\x00"', '"basket:\\x00"'],
    match: "b*",
    ttlBelow: "10min",
  };
  expect(readFilters(FORMATTED, flags)).toMatchObject({
    keys: [Buffer.from("basket:\0")],
    match: "b*",
    owners: [
      { role: "user", value: "ann" },
      { role: "organisation", value: "7" },
    ],
    where: [{ path: "a.b", value: "c=d" }],
    ages: [
      { role: "createdAt", is: "older", milliseconds: 43_200_000 },
      { role: "createdAt", is: "younger", milliseconds: 7_200_000 },
    ],
    ttlBelow: 600_000,
    told:
      '--key "\\"basket:\\\\x00\\"" --key "\\"basket:\\\\x00\\"" --match "b*" --user "ann" --organisation "7" ' +
      '--where "a.b=c=d" --older-than "12h" --younger-than "2 h" --ttl-below "10min"',
  });
});

test("refuses what the format cannot answer, and everything else that is wrong, in one run", () => {
  expect(() => readFilters(FORMATTED, { ...NONE, idleFor: "0s", where: ["=x"], store: "basket" })).toThrow(
    [
      "3 problems, nothing was changed",
      '  --store: got "basket", expected one of basket:*. Fix: write the pattern of a store of kind sessions.',
      '  --idle-for: got "0s", expected 1 ms or more. Fix: write a longer time.',
      '  --where: got "=x", expected FIELD=VALUE, such as user.role=admin. Fix: write a field, an equals sign and a value.',
    ].join("\n"),
  );
  expect(() => readFilters(FORMATTED, { ...NONE, idleFor: "1h" })).toThrow(
    "--idle-for: got basket:* without format.lastActivity, expected a store that says which field is its lastActivity. " +
      "Fix: declare format.lastActivity of basket:* in config/services/shop.ts, or choose by its createdAt with --older-than, " +
      "or choose with --match or --store.",
  );
  expect(() => readFilters(PLAIN, { ...NONE, user: "ann", where: ["a=b"] })).toThrow(
    [
      "2 problems, nothing was changed",
      "  --user: got basket:* without a format, expected a store that says which field is its user. " +
        "Fix: declare format.user of basket:* in config/services/shop.ts, or choose with --match or --store.",
      "  --where: got basket:* without a format, expected a store that says how its values are written. " +
        "Fix: declare format of basket:* in config/services/shop.ts, or choose with --match or --store.",
    ].join("\n"),
  );
});

test("refuses a key of something else, and a stack without sessions", () => {
  expect(() => readFilters(PLAIN, { ...NONE, key: ["other"] })).toThrow(
    '--key: got "other", expected a key of basket:*. Fix: write it as sessions list prints it.',
  );
  const cache = stackWith([{ kind: "cache", keys: "c:*", ttl: "1 h", lossAcceptable: true }]);
  expect(() => readFilters(cache, NONE)).toThrow(
    "shop-dev: got no store of kind sessions, expected a stack with a store of kind sessions. " +
      "Fix: declare them in stores of config/services/shop.ts, or name another stack.",
  );
});

const empty = (field: string) =>
  `  ${field}: got "", expected a text that is not empty. Fix: write what is meant; a variable of the shell may be empty.`;

test("refuses what is empty, as a variable of the shell may be", () => {
  const format = { encoding: "json", user: "u", organisation: "org" } as const;
  const all = stackWith([{ kind: "sessions", keys: "*", ttl: "24 h", lossAcceptable: false, format }]);
  const flags = { ...NONE, user: "", organisation: "", match: "", key: [""], where: ["u="] };
  expect(() => readFilters(all, flags)).toThrow(
    [
      "5 problems, nothing was changed",
      empty("--match"),
      empty("--user"),
      empty("--organisation"),
      empty("--key"),
      '  --where: got "u=", expected FIELD=VALUE, such as user.role=admin. Fix: write a field, an equals sign and a value.',
    ].join("\n"),
  );
  expect(readFilters(all, { ...NONE, key: ['""'], where: ["u=0"] })).toMatchObject({
    keys: [Buffer.alloc(0)],
  });
});

test("tells a key that may be a secret by a digest, and does not take that for the key", () => {
  const limits = stackWith([{ kind: "rate-limits", keys: "api:key:*", ttl: "1 h", lossAcceptable: true }]);
  const read = (key: string) => readFilters(limits, { ...NONE, key: [key] }, RATE_LIMITS);
  expect(read("api:key:sk_live_1")).toMatchObject({
    keys: [Buffer.from("api:key:sk_live_1")],
    told: '--key "api:key:sk_l…992621cb1579"',
  });
  expect(() => read("api:key:sk_l…992621cb1579")).toThrow(
    '--key: got "api:key:sk_l…992621cb1579", expected a key of api:key:*. Fix: write it as rate-limits list --reveal prints it.',
  );
});
