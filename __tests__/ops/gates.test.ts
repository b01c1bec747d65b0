import { gates } from "../../config/gates";
import * as loading from "../../ops/load";
import { broken, exporter, gatesOf, kept, PORT, small, waivers } from "../support/broken-gates";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { shop, single, template, today } from "../support/stack-fixtures";
import { temporaryFolder, writeScript } from "../support/temporary-folder";

jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));

withEnvironmentOfItsOwn();
afterEach(() => jest.restoreAllMocks());

describe("redis-ops gates", () => {
  it("says what is refused, told and waived, with exit code 1 when something is refused", async () => {
    const { exitCode, out, err } = await gatesOf([broken, kept]);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toMatchInlineSnapshot(`
      "STACK               GATE                                           WHAT
      shop-dev   warning  published-port                                 shop.environments.dev.hostAddress: got "0.0.0.0", expected an address of the host alone, such as "127.0.0.1". Fix: leave hostAddress out, and let clients join the network.
                 warning  restart                                        shop.restart: got "on-failure", expected "unless-stopped" or "always". Fix: leave restart out, which is then "unless-stopped".
                 warning  authentication, data-volume, backups, metrics  as config/environments/dev.ts has it for all of its stacks
      shop-prod  waived   published-port                                 until 2027-03-31: Prometheus <runs> on & off (shop.environments.prod.exporter.hostAddress: got "0.0.0.0")
                 refused  restart                                        shop.restart: got "on-failure", expected "unless-stopped" or "always". Fix: leave restart out, which is then "unless-stopped" (rule restart for shop-prod; a waiver needs rule, reason and expires).
      desk-prod  ok

      3 stacks, 27 gates: 1 refused, 6 warnings, 1 waived
      What each gate protects from: bin/redis-ops gates --list"
    `);
  });

  it("has exit code 0 when nothing is refused, whatever warns", async () => {
    const { exitCode, out } = await gatesOf([broken, kept], "shop-dev", "desk-prod");
    expect(exitCode).toBe(0);
    expect(out).toContain(`2 stacks, ${gates.length} gates: 0 refused, 6 warnings, 0 waived\n`);
    expect((await gatesOf([kept])).out).toMatchInlineSnapshot(`
      "STACK          GATE  WHAT
      desk-prod  ok

      1 stack, 27 gates: 0 refused, 0 warnings, 0 waived"
    `);
  });

  it("looks at config/services, on the day of the clock", async () => {
    const { exitCode, out } = await redisOps("gates", "--json");
    expect(exitCode).toBe(0);
    const { today, stacks } = JSON.parse(out);
    expect(today).toBe(new Date().toISOString().slice(0, 10));
    expect(stacks).toEqual(["cache-dev", "shop-dev", "shop-prod"]);
  });

  it("gives scripts every finding with --json", async () => {
    const { exitCode, out } = await gatesOf([broken, kept], "shop-prod", "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toEqual({
      today,
      stacks: ["shop-prod"],
      findings: [
        {
          gate: "published-port",
          stack: "shop-prod",
          severity: "error",
          status: "waived",
          isPolicy: false,
          field: "shop.environments.prod.exporter.hostAddress",
          got: '"0.0.0.0"',
          expected: 'an address of the host alone, such as "127.0.0.1"',
          fix: "leave hostAddress out, and let clients join the network",
          waiver: single(waivers),
        },
        {
          gate: "restart",
          stack: "shop-prod",
          severity: "error",
          status: "refused",
          isPolicy: false,
          field: "shop.restart",
          got: '"on-failure"',
          expected: '"unless-stopped" or "always"',
          fix: 'leave restart out, which is then "unless-stopped"',
        },
      ],
    });
    expect((await gatesOf([broken], "--format", "json")).out).toBe((await gatesOf([broken], "--json")).out);
  });

  it.each(["text", "json", "junit", "sarif"])("writes the same bytes twice as %s", async (format) => {
    const once = await gatesOf([broken, kept], "--format", format);
    expect(await gatesOf([broken, kept], "--format", format)).toEqual(once);
    expect(once.exitCode).toBe(1);
  });

  it("refuses unknown stacks with everything else that is wrong, and writes no report", async () => {
    const wrong = shop({ prod: { ...small, hostPort: 0, exporter, waivers } }, { restart: "on-failure" });
    const { exitCode, out, err } = await gatesOf([wrong], "shop-prd", "--format", "sarif");
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err.split("\n").map((line) => line.split(": got")[0])).toEqual([
      "4 problems, nothing was changed",
      "  stack",
      "  shop.environments.prod.hostPort",
      "  shop.environments.prod.hostPort",
      "  shop.restart",
    ]);
  });
});

test("an unknown stack alone is refused too", async () => {
  const { exitCode, out, err } = await gatesOf([kept], "desk-dev", "--json");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toBe(
    "1 problem, nothing was changed\n" +
      '  stack: got "desk-dev", expected one of desk-prod. Fix: did you mean "desk-prod"? Use that name.',
  );
});

describe("redis-ops gates --list", () => {
  it("prints every gate: how severe, what it protects from, the fix, and where to read on", async () => {
    const { exitCode, out, err } = await redisOps("gates", "--list");
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out.split("\n")).toHaveLength(4 * gates.length);
    expect(out.split("\n").slice(16, 20)).toMatchInlineSnapshot(`
      [
        "memory-limit: error, cannot be waived",
        "  Without maxmemory nothing is ever evicted and nothing refused, and without a limit one leak takes the memory of every container on the host.",
        "  Fix: write memory: { maxmemory: "256 MiB" }.",
        "  https://redis.io/docs/latest/develop/reference/eviction/",
      ]
    `);
  });

  it("prints data with --json", async () => {
    const { out } = await redisOps("gates", "--list", "--json");
    expect(
      JSON.parse(out).map(({ id, waivable }: { id: string; waivable: boolean }) => [id, waivable]),
    ).toEqual(gates.map(({ id, waivable = true }) => [id, waivable]));
  });

  it("takes no stack and no other format", async () => {
    expect(await redisOps("gates", "--list", "shop-dev")).toEqual({
      exitCode: 2,
      out: "",
      err:
        "1 problem, nothing was changed\n" +
        '  stack: got "shop-dev", expected none beside --list, which prints the rules of all stacks. ' +
        "Fix: leave out the stack, or --list.",
    });
    const { exitCode, err } = await redisOps("gates", "--list", "--format", "sarif");
    expect(exitCode).toBe(2);
    expect(err).toContain("option '--list' cannot be used with option '--format <format>'");
  });
});

const inFolder = temporaryFolder();

test("preflight tells what only warns and what is waived, of the stacks that it was asked for", async () => {
  const service = shop({
    dev: { ...small, hostPort: 6390, hostAddress: "0.0.0.0" },
    prod: { ...small, exporter, waivers },
  });
  jest.spyOn(loading, "loadOptions").mockReturnValue({ template, today, services: [service] });
  process.env.TERRAFORM_BINARY_NAME = writeScript(inFolder("terraform"), "echo Terraform v1.11.4");
  const preflight = (...ids: readonly string[]) => redisOps("preflight", "--without-docker", ...ids);
  const waived = "shop-prod: waived until 2027-03-31: published-port: Prometheus <runs> on & off";
  const { err } = await preflight();
  expect(err).toBe(`shop-dev: warning: published-port: ${PORT}\n${waived}`);
  expect(await preflight("shop-prod")).toEqual({
    exitCode: 0,
    out: "ready to deploy shop-prod",
    err: waived,
  });
});
