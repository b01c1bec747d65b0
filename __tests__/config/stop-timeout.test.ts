import type { SizeText } from "../../core/size";
import { configDiff } from "../../ops/commands/config-diff";
import { recorded } from "../support/recorded";
import { type StackOptions, shopStack } from "../support/stack-fixtures";

const hourly = { after: "1 h", changes: 1 } as const;

/** The stop timeout of `shop-prod`, whose environment says 2 min, and who decided it. */
function stopTimeoutOf(maxmemory: SizeText, { service, environment }: StackOptions = {}) {
  const { props, decisions } = shopStack("prod", {
    service: { persistence: { appendonly: true, save: [hourly] }, ...service },
    deployment: { memory: { maxmemory } },
    ...(environment === undefined ? {} : { environment }),
  });
  return [`${props.server.stopTimeout}`, decisions.sourceOf("server.stopTimeout")];
}

describe("the stop timeout", () => {
  it.each(["256 MiB", "6000 MiB"] as const)("is the environment's where %s are written in less", (size) => {
    expect(stopTimeoutOf(size)).toEqual(["2 min", { kind: "environment" }]);
  });

  it.each([
    ["6001 MiB", "3 min"],
    ["9000 MiB", "3 min"],
    ["9001 MiB", "4 min"],
    ["100 GiB", "35 min"],
  ] as const)("is as long as a snapshot of %s takes, in whole minutes", (size, expected) => {
    expect(stopTimeoutOf(size)).toEqual([
      expected,
      {
        kind: "derived",
        note: "1 min for each 3000 MiB of maxmemory, to write a snapshot; environment prod has 2 min",
      },
    ]);
  });

  it("is the environment's without save points, since an append-only file is written as it grows", () => {
    const service = { persistence: { appendonly: true, save: [] } };
    expect(stopTimeoutOf("100 GiB", { service })).toEqual(["2 min", { kind: "environment" }]);
  });

  it("follows from the service's own save points alone, not from an append-only file", () => {
    const service = { persistence: { appendonly: false, save: [hourly] } };
    const environment = { gates: "warn" } as const;
    expect(stopTimeoutOf("9 GiB", { service, environment })[0]).toBe("4 min");
  });

  it("differs between two stacks by policy or by size", async () => {
    const stack = (kind: "dev" | "prod", maxmemory: SizeText) =>
      shopStack(kind, {
        service: { persistence: { appendonly: true, save: [hourly] } },
        deployment: { memory: { maxmemory } },
      });
    const groupOf = async (size: SizeText) => {
      const stacks = [stack("dev", "256 MiB"), stack("prod", size)];
      const { out } = await recorded((terminal) => configDiff(stacks, { json: true }, terminal));
      const { differences } = JSON.parse(out) as { differences: { path: string; group: string }[] };
      return differences.find(({ path }) => path === "server.stopTimeout")?.group;
    };
    expect([await groupOf("6000 MiB"), await groupOf("6001 MiB")]).toEqual(["policy", "size"]);
  });
});
