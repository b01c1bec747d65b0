import { loadStacks } from "../../config/load-stacks";
import { Duration } from "../../core/duration";
import { Size } from "../../core/size";
import { services } from "../support/fixture-services";
import { shopStack, template, today } from "../support/stack-fixtures";

/** Paths of the values in `props`: `server.persistence.save[0].after` and so on. */
function leavesOf(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null || value instanceof Size || value instanceof Duration) {
    return [path];
  }
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, item]) => leavesOf(item, path === "" ? key : `${path}.${key}`));
}

const stacks = [
  ...loadStacks({ template, today, services }),
  shopStack("dev", { deployment: { memory: { limit: "1 GiB" }, exporter: { hostPort: 9121 }, cpus: 2 } }),
  shopStack("prod", { engine: "debian-7.0.15", service: { directives: { "maxmemory-clients": "5%" } } }),
].map((stack, index) => [`${stack.id} (${index})`, stack] as const);

describe("the source of a value", () => {
  it.each(stacks)("is known for every value of %s", (_, { props, decisions }) => {
    const leaves = leavesOf(props);
    expect(leaves.length).toBeGreaterThan(40);
    expect(leaves.filter((path) => decisions.sourceOf(path) === undefined)).toEqual([]);
  });

  it.each(stacks)("is recorded for nothing that is not in %s", (_, { props, decisions }) => {
    const leaves = leavesOf(props);
    const isThere = (path: string) => leaves.some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
    expect(decisions.paths.filter((path) => !isThere(path))).toEqual([]);
  });

  it("is unknown for a path that does not exist", () => {
    const { decisions } = shopStack("dev");
    expect(decisions.sourceOf("nothing.here")).toBeUndefined();
    expect(decisions.sourceOf("server")).toBeUndefined();
  });

  it("is that of the object which contains the value, where it was decided as a whole", () => {
    const { decisions } = shopStack("prod");
    expect(decisions.sourceOf("labels.service")).toEqual({ kind: "derived" });
    expect(decisions.sourceOf("server.auth.mode")).toEqual({ kind: "environment" });
    expect(decisions.sourceOf("server.auth.secretsVolume")).toEqual({
      kind: "derived",
      note: "<stack>-secrets",
    });
  });

  it.each([
    ["server.maxmemory", { kind: "service" }],
    ["server.memoryLimit", { kind: "derived", note: "2.2 × maxmemory + 65 MiB" }],
    ["server.maxmemoryPolicy", { kind: "service" }],
    ["server.persistence.save", { kind: "service" }],
    ["server.persistence.appendfsync", { kind: "default" }],
    [
      "server.maxclients",
      { kind: "derived", note: "10000, or as many as take half of maxmemory when all are busy" },
    ],
    ["server.timeout", { kind: "default" }],
    ["server.stopTimeout", { kind: "environment" }],
    ["server.disabledCommands.0", { kind: "environment" }],
    ["server.renamedCommands.CONFIG", { kind: "environment" }],
    ["server.containerName", { kind: "derived", note: "<stack>" }],
    ["server.image", { kind: "service", note: "engine redis-7.4" }],
    ["server.version", { kind: "service", note: "engine redis-7.4" }],
    ["server.healthcheck.startPeriod", { kind: "derived", note: "1 min for each 4 GiB of maxmemory" }],
    ["network.internal", { kind: "environment" }],
    ["dataVolume.protected", { kind: "environment" }],
    ["state.path", { kind: "environment" }],
    ["exporter.hostPort", { kind: "service" }],
    ["exporter.image", { kind: "derived", note: "goes with the engine" }],
    ["client.poolSize", { kind: "default" }],
  ])("of %s in shop-prod is named", (path, source) => {
    expect(shopStack("prod").decisions.sourceOf(path)).toEqual(source);
  });

  it("is the service for everything that the service says", () => {
    const { decisions } = shopStack("dev", {
      service: {
        maxmemorySamples: 5,
        maxclients: 10_000,
        timeout: "0 s",
        healthcheck: { interval: "5 s", startPeriod: "1 min" },
        client: { poolSize: 10 },
        persistence: { appendonly: true, appendfsync: "everysec", save: [] },
      },
      deployment: { memory: { limit: "1 GiB" }, hostPort: 6379, containerName: "shop-dev", cpus: 1 },
    });
    const said = [
      "maxmemorySamples",
      "maxclients",
      "timeout",
      "healthcheck.interval",
      "healthcheck.startPeriod",
      "persistence.appendfsync",
      "memoryLimit",
      "hostPort",
      "containerName",
      "cpus",
    ].map((name) => `server.${name}`);
    expect(
      [...said, "client.poolSize"].filter((path) => decisions.sourceOf(path)?.kind !== "service"),
    ).toEqual([]);
    expect(decisions.sourceOf("server.maxmemory")).toEqual({
      kind: "derived",
      note: "(limit - 65 MiB) / 2.2",
    });
  });

  it("is REDIS_ENGINE for the image and the version that it decides", () => {
    const { decisions } = shopStack("dev", { engine: "redis-7.2" });
    const source = { kind: "REDIS_ENGINE", note: "engine redis-7.2" };
    expect(decisions.sourceOf("server.image")).toEqual(source);
    expect(decisions.sourceOf("server.version")).toEqual(source);
  });
});
