import type { Log } from "sarif";
import { gates } from "../../config/gates";
import { broken, gatesOf, kept, PORT } from "../support/broken-gates";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { single } from "../support/stack-fixtures";

withEnvironmentOfItsOwn();
afterEach(() => jest.restoreAllMocks());

const RESTART =
  'shop.restart: got "on-failure", expected "unless-stopped" or "always". Fix: leave restart out';
describe("redis-ops gates --format junit", () => {
  it("has a suite for each stack and a case for each gate", async () => {
    const { out } = await gatesOf([broken, kept], "--format", "junit");
    expect(out.match(/<testsuite .*>/g)).toEqual([
      `<testsuite name="shop-dev" tests="${gates.length}" failures="0" errors="0" skipped="0">`,
      `<testsuite name="shop-prod" tests="${gates.length}" failures="1" errors="0" skipped="1">`,
      `<testsuite name="desk-prod" tests="${gates.length}" failures="0" errors="0" skipped="0">`,
    ]);
    const names = [...out.matchAll(/<testcase classname="desk-prod" name="(.*?)"/g)].map(([, name]) => name);
    expect(names).toEqual(gates.map(({ id }) => id));
    expect(out).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="redis-ops gates" /);
  });

  it("fails what is refused, skips what is waived with its reason, and passes a warning with words", async () => {
    const { out } = await gatesOf([broken], "--format", "junit");
    const caseOf = (stack: string, gate: string) =>
      new RegExp(`<testcase classname="${stack}" name="${gate}".*?(/>|</testcase>)`, "s").exec(
        out.replace(/<(failure|skipped)(.*?)\/>/g, "[$1$2]"),
      )?.[0];
    expect(caseOf("shop-prod", "restart")).toMatchInlineSnapshot(`
      "<testcase classname="shop-prod" name="restart" file="config/services/shop.ts">
            [failure message="shop.restart: got &quot;on-failure&quot;, expected &quot;unless-stopped&quot; or &quot;always&quot;. Fix: leave restart out, which is then &quot;unless-stopped&quot; (rule restart for shop-prod; a waiver needs rule, reason and expires)." type="error"]
          </testcase>"
    `);
    expect(caseOf("shop-prod", "published-port")).toMatchInlineSnapshot(`
      "<testcase classname="shop-prod" name="published-port" file="config/services/shop.ts">
            [skipped]
            <system-out><![CDATA[shop-prod: waived until 2027-03-31: published-port: Prometheus <runs> on & off]]></system-out>
          </testcase>"
    `);
    expect(caseOf("shop-dev", "published-port")).toContain(
      `<system-out><![CDATA[shop-dev: warning: published-port: ${PORT}]]></system-out>`,
    );
    expect(caseOf("shop-prod", "probe")).toBe(
      '<testcase classname="shop-prod" name="probe" file="config/services/shop.ts"/>',
    );
  });
});

describe("redis-ops gates --format sarif", () => {
  const sarif = async () => {
    const log: Log = JSON.parse((await gatesOf([broken, kept], "--format", "sarif")).out);
    return { log, run: single(log.runs) };
  };

  it("names version 2.1.0 and every gate as a rule, with what it protects from and where to read on", async () => {
    const { log, run } = await sarif();
    expect(log.version).toBe("2.1.0");
    expect(log.$schema).toMatch(/^https:\/\/docs\.oasis-open\.org\/.*\/sarif-schema-2\.1\.0\.json$/);
    expect(run.tool.driver.name).toBe("redis-ops gates");
    const { rules = [] } = run.tool.driver;
    expect(rules.map(({ id }) => id)).toEqual(gates.map(({ id }) => id));
    expect(rules[0]).toEqual({
      id: "authentication",
      shortDescription: { text: gates[0]?.protectsFrom },
      help: {
        text: expect.stringMatching(/^Whoever .* Fix: write auth: .* Read on: https:/),
      },
      defaultConfiguration: { level: "error" },
      helpUri: "https://redis.io/docs/latest/operate/oss_and_stack/management/security/",
    });
    // A path in docs/ is no URI.
    expect(rules.find(({ id }) => id === "waiver")).not.toHaveProperty("helpUri");
  });

  it("has a result for each place, in the file where it is written", async () => {
    const { run } = await sarif();
    const results = run.results ?? [];
    expect(
      results.map(({ ruleId, ruleIndex, level, locations = [] }) => [
        ruleId,
        gates[ruleIndex ?? -1]?.id,
        level,
        single(locations).physicalLocation?.artifactLocation?.uri,
      ]),
    ).toEqual([
      ["authentication", "authentication", "warning", "config/environments/dev.ts"],
      ["published-port", "published-port", "warning", "config/services/shop.ts"],
      ["data-volume", "data-volume", "warning", "config/environments/dev.ts"],
      ["backups", "backups", "warning", "config/environments/dev.ts"],
      ["restart", "restart", "warning", "config/services/shop.ts"],
      ["metrics", "metrics", "warning", "config/environments/dev.ts"],
      ["published-port", "published-port", "error", "config/services/shop.ts"],
      ["restart", "restart", "error", "config/services/shop.ts"],
    ]);
    expect(results.at(-1)?.message.text).toMatch(`shop-prod: ${RESTART}`);
    expect(results.at(-1)?.message.text).toMatch(
      /\(rule restart for shop-prod; a waiver needs rule, reason and expires\)\.$/,
    );
    const prints = results.map(({ partialFingerprints }) => JSON.stringify(partialFingerprints));
    expect(new Set(prints).size).toBe(results.length);
  });

  it("suppresses what is waived, with its reason and its last day", async () => {
    const { run } = await sarif();
    const suppressed = (run.results ?? []).filter(({ suppressions }) => suppressions !== undefined);
    expect(suppressed.map(({ ruleId, suppressions }) => [ruleId, suppressions])).toEqual([
      [
        "published-port",
        [
          {
            kind: "inSource",
            status: "accepted",
            justification: "until 2027-03-31: Prometheus <runs> on & off",
          },
        ],
      ],
    ]);
  });
});
