import { sessionsExpire } from "../../../ops/commands/sessions-expire";
import { connectEngine } from "../../../ops/docker-engine";
import { connectRedis } from "../../../ops/live-redis";
import { recorded } from "../../support/recorded";
import { shopStack } from "../../support/stack-fixtures";

jest.mock("../../../ops/live-redis", () => ({
  ...jest.requireActual("../../../ops/live-redis"),
  connectRedis: jest.fn(),
}));
jest.mock("../../../ops/docker-engine", () => ({
  ...jest.requireActual("../../../ops/docker-engine"),
  connectEngine: jest.fn(),
}));

const STACK = shopStack("dev", {
  service: { stores: [{ kind: "sessions", keys: "basket:*", ttl: "24 h", lossAcceptable: false }] },
});
const FLAGS = { key: [], where: [], withoutTtl: false, all: false, yes: false, json: false, in: "10 min" };

/** A server with one session, which ends in two hours. */
const REPLIES: Readonly<Record<string, unknown>> = {
  TIME: [Buffer.from("1"), Buffer.from("0")],
  DBSIZE: 1,
  SCAN: [Buffer.from("0"), [Buffer.from("basket:ann")]],
  PTTL: 7_200_000,
  EXEC: [1],
};

let sent: (readonly unknown[])[];

beforeEach(() => {
  sent = [];
  jest.mocked(connectEngine).mockResolvedValue({} as never);
  jest.mocked(connectRedis).mockResolvedValue({
    close: () => undefined,
    batch: async (commands: readonly (readonly string[])[]) => {
      sent.push(...commands);
      return commands.map(([name]) => REPLIES[name ?? ""] ?? Buffer.from("OK"));
    },
  } as never);
});

const expire = (flags: object) =>
  recorded((terminal) => sessionsExpire(STACK, { ...FLAGS, ...flags }, terminal));

const TALLY = { keys: 1, read: 0, matched: 1, unreadable: 0, withoutDate: 0, gone: 0 };

test("without --yes it shows what would end sooner", async () => {
  expect(await expire({ all: true })).toMatchObject({
    exitCode: 0,
    out: "shop-dev: 1 session matches without any filter\nKEY         TTL\nbasket:ann  2 h",
    err:
      "1 session looked at; 1 matches\n" +
      "nothing was shortened. Next: add --yes; a session that ends sooner keeps its TTL",
  });
  const { out } = await expire({ match: "basket:*", json: true });
  expect(JSON.parse(out)).toMatchObject({
    stack: "shop-dev",
    filters: '--match "basket:*"',
    dryRun: true,
    ...TALLY,
    sample: [{ key: "basket:ann", ttlMilliseconds: 7_200_000 }],
  });
  expect(sent.map(([name]) => name)).not.toContain("PEXPIRE");
});

test.each([
  [{ all: true }, "--all"],
  [{ match: "basket:*" }, '--match "basket:*"'],
])("with --yes the line for an audit says when they end: %j", async (flags, told) => {
  const { exitCode, out, err } = await expire({ ...flags, yes: true });
  expect([exitCode, out]).toEqual([0, "shop-dev: shortened 1 session"]);
  const audit = `sessions expire ${told} --in "10 min": shortened 1 session`;
  expect(err.replace(/^(audit: )\S+Z /m, "$1")).toBe(
    `1 session looked at; 1 matches\naudit: shop-dev ${audit}`,
  );
  expect(sent.filter(([name]) => name === "PEXPIRE")).toEqual([
    ["PEXPIRE", Buffer.from("basket:ann"), 600_000, "LT"],
  ]);
});

test("for scripts it says what was done", async () => {
  const { out } = await expire({ all: true, yes: true, json: true });
  expect(JSON.parse(out)).toEqual({
    stack: "shop-dev",
    filters: "",
    dryRun: false,
    ...TALLY,
    shortened: 1,
    unchanged: 0,
    changedMeanwhile: 0,
    milliseconds: 600_000,
  });
});
