import { configExplain } from "../../ops/commands/config-explain";
import { settingsOf } from "../../ops/settings";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { recorded } from "../support/recorded";
import { redisOps } from "../support/recording-terminal";
import { type StackOptions, shopStack, today } from "../support/stack-fixtures";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();

const explain = (field?: string, options: StackOptions = {}, kind: "dev" | "prod" = "prod") =>
  recorded((terminal) => configExplain(shopStack(kind, options), field, { json: false, today }, terminal));

/** The verdict on each other value, from the text for people. */
const insteadOf = (out: string) =>
  Object.fromEntries(
    (out.split("INSTEAD\n")[1] ?? "")
      .split(/^ {2}(?=\S)/m)
      .slice(1)
      .map((lines) => {
        const [value = "", ...rest] = lines.split("\n");
        return [
          value,
          rest
            .map((line) => line.trim())
            .join(" ")
            .trim(),
        ];
      }),
  );

describe("config explain", () => {
  it("says of one value who decided it, why, and what the others would do", async () => {
    const { exitCode, out, err } = await redisOps(
      "config",
      "explain",
      "shop-prod",
      "server.persistence.appendfsync",
    );
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out).toMatchInlineSnapshot(`
      "DATA ON DISK
        server.persistence.appendfsync = everysec
            default
            Redis' own default: a power cut costs a second at most, a kill nothing.

      INSTEAD
        always
            no gate is against it
            No write is lost on a power cut, and each waits for the disk.
        no
            warned of by gate fsync: expected "everysec" or "always", since sessions
            must not be lost
            The kernel writes when it likes, on Linux after 30 s: that much is lost on
            a power cut."
    `);
  });

  it("explains every value of a stack once, under its topic, in lines that fit a terminal", async () => {
    const { exitCode, out } = await explain();
    expect(exitCode).toBe(0);
    const paths = [...out.matchAll(/^ {2}([a-z][\w.]*)(?= = |$)/gm)].map(([, path]) => path);
    expect([...paths].sort()).toEqual(
      settingsOf(shopStack("prod"))
        .map(({ path }) => path)
        .sort(),
    );
    expect(out.match(/^[A-Z ]+$/gm)).toEqual([
      "WHAT IT KEEPS",
      "MEMORY",
      "DATA ON DISK",
      "ACCESS",
      "NETWORK",
      "START AND HEALTH",
      "OBSERVATION",
      "ENGINE",
      "CLIENTS",
      "DEPLOYMENT",
    ]);
    const prose = out.split("\n").filter((line) => line.startsWith("      ") && !line.startsWith("      ="));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("explains what stands below a field", async () => {
    const { out } = await explain("thresholds.memory");
    expect(out).toMatchInlineSnapshot(`
      "OBSERVATION
        thresholds.memory.warning = 70
            default
            Time to act before maxmemory is reached. A cache that evicts is always
            near it.
        thresholds.memory.critical = 90
            default
            Writes are about to be refused, or keys evicted."
    `);
  });

  it("tells which gates are against the other values, and not those that the stack breaks anyway", async () => {
    const { out } = await explain("server.maxmemoryPolicy");
    const verdicts = insteadOf(out);
    expect(Object.keys(verdicts)).toEqual([
      "allkeys-lru",
      "allkeys-lfu",
      "allkeys-random",
      "volatile-lru",
      "volatile-lfu",
      "volatile-random",
      "volatile-ttl",
    ]);
    expect(verdicts["allkeys-lru"]).toBe(
      'refused by gate sessions-evicted: expected "noeviction", since sessions must live until their TTL ends ' +
        "The key that was not used for longest goes, whatever it is: beside a cache 145 of 200 sessions went.",
    );
    const broken: StackOptions = {
      service: { maxmemoryPolicy: "allkeys-lru" },
      deployment: {
        waivers: [
          {
            rule: "sessions-evicted",
            reason: "a cache until the move is done",
            expires: "2027-03-31",
          },
        ],
      },
    };
    const ofBroken = insteadOf((await explain("server.maxmemoryPolicy", broken)).out);
    expect(ofBroken["allkeys-lfu"]).toMatch(/^no gate is against it The key that is used least often/);
    expect(ofBroken.noeviction).toMatch(/^warned of by gate unused-waiver: /);
  });

  it("warns where the environment warns", async () => {
    expect(insteadOf((await explain("server.restart", {}, "dev")).out)["on-failure"]).toMatch(
      /^warned of by gate restart: expected "unless-stopped" or "always"/,
    );
    expect(insteadOf((await explain("server.restart")).out)["on-failure"]).toMatch(
      /^refused by gate restart: /,
    );
  });

  it("shows no others where there are many values", async () => {
    expect((await explain("server.maxmemory")).out).not.toContain("INSTEAD");
  });

  it("gives scripts the same", async () => {
    const { exitCode, out } = await redisOps(
      "config",
      "explain",
      "shop-prod",
      "dataVolume.protected",
      "--json",
    );
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toMatchInlineSnapshot(`
      {
        "alternatives": [
          {
            "gates": [
              {
                "expected": ""protected", since sessions must not be lost",
                "gate": "data-volume",
                "status": "refused",
              },
            ],
            "value": false,
            "why": "The data goes with the stack, by bin/down, as developers want it.",
          },
        ],
        "stack": "shop-prod",
        "values": {
          "dataVolume.protected": {
            "kind": "environment",
            "topic": "data on disk",
            "value": true,
            "why": "Terraform refuses to destroy the volume and those of the secrets: no plan loses the data.",
          },
        },
      }
    `);
    const all = JSON.parse((await redisOps("config", "explain", "shop-prod", "--json")).out);
    const shown = JSON.parse((await redisOps("config", "show", "shop-prod", "--json")).out);
    expect(Object.keys(all.values)).toEqual(Object.keys(shown.values));
    expect(all.values["server.memoryLimit"]).toMatchObject(shown.values["server.memoryLimit"]);
  });

  const EXPECTED =
    "expected a value that bin/redis-ops config show prints, or the beginning of some, such as server.encoding.";

  it.each([
    ["server.maxmemorypolicy", 'did you mean "server.maxmemoryPolicy"? Use that name'],
    ["maxmemoryPolicy", 'did you mean "server.maxmemoryPolicy"? Use that name'],
    ["server.apendonly", 'did you mean "server.persistence.appendonly"? Use that name'],
    ["something-else-entirely", "check the spelling"],
  ])("refuses the unknown field %s", async (field, fix) => {
    expect(await redisOps("config", "explain", "shop-prod", field)).toEqual({
      exitCode: 2,
      out: "",
      err: `1 problem, nothing was changed\n  field: got "${field}", ${EXPECTED} Fix: ${fix}.`,
    });
  });

  it("refuses an unknown stack", async () => {
    expect((await redisOps("config", "explain", "shop-prd")).exitCode).toBe(2);
  });
});
