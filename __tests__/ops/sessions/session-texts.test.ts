import type { Service } from "../../../config/service";
import type { SeenKey } from "../../../ops/keys/read-stored";
import { sessionTable } from "../../../ops/sessions/session-texts";
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

const sessionsOf = (format: Service["stores"][number]["format"], ...all: Partial<SeenKey>[]) => {
  const [store] = stackWith(format).props.stores;
  if (store === undefined) {
    throw new Error("no store");
  }
  return all.map((one): SeenKey => ({ key: Buffer.from("basket:ann"), store, ttl: HOUR, ...one }));
};

const linesOf = (sessions: readonly SeenKey[]) => sessionTable(sessions, NOW).split("\n");

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
