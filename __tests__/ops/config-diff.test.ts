import { configDiff } from "../../ops/commands/config-diff";
import { recorded } from "../support/recorded";
import { redisOps } from "../support/recording-terminal";
import { type StackOptions, shopStack } from "../support/stack-fixtures";

interface Row {
  readonly path: string;
  readonly group: string;
  readonly why: string;
}

const QUEUE = { kind: "queue", keys: "jobs", ttl: "none", lossAcceptable: false } as const;

async function diff(ofDev: StackOptions = {}, ofProd: StackOptions = {}) {
  const { exitCode, out } = await recorded((terminal) =>
    configDiff([shopStack("dev", ofDev), shopStack("prod", ofProd)], { json: true }, terminal),
  );
  const { differences, equal }: { differences: readonly Row[]; equal: number } = JSON.parse(out);
  const groupOf = (path: string) => differences.find((row) => row.path === path)?.group;
  return { exitCode, differences, equal, groupOf };
}

describe("config diff", () => {
  it("finds nothing to look at between two environments of one service", async () => {
    const { exitCode, differences, equal } = await diff();
    expect(exitCode).toBe(0);
    expect(differences.filter(({ group }) => group === "look")).toEqual([]);
    expect(equal).toBeGreaterThan(30);
  });

  it.each([
    ["network.internal", "policy"],
    ["server.auth.mode", "policy"],
    ["server.disabledCommands", "policy"],
    ["server.stopTimeout", "policy"],
    ["server.healthcheck.command", "policy"],
    ["exporter.image", "policy"],
    ["server.containerName", "names"],
    ["labels.environment", "names"],
    ["server.auth.secretsVolume", "names"],
    ["state.path", "names"],
  ])("puts %s under %s", async (path, group) => {
    expect((await diff()).groupOf(path)).toBe(group);
  });

  it("puts what each environment needs under size", async () => {
    const { exitCode, groupOf } = await diff(
      { deployment: { memory: { maxmemory: "128 MiB" }, hostPort: 6379 } },
      { deployment: { memory: { maxmemory: "8 GiB", reservation: "1 GiB" }, cpus: 2, cpuShares: 512 } },
    );
    const paths = ["maxmemory", "memoryLimit", "memoryReservation", "cpus", "cpuShares", "hostPort"];
    const all = [...paths, "healthcheck.startPeriod"].map((path) => groupOf(`server.${path}`));
    expect({ exitCode, groups: new Set(all) }).toEqual({ exitCode: 0, groups: new Set(["size"]) });
  });

  it.each<[string, StackOptions]>([
    ["server.maxmemoryPolicy", { service: { maxmemoryPolicy: "volatile-ttl" } }],
    [
      "server.persistence.appendfsync",
      { service: { persistence: { appendonly: true, appendfsync: "always", save: [] } } },
    ],
    ["server.version", { engine: "redis-7.2" }],
    ["server.directives.maxmemory-clients", { service: { directives: { "maxmemory-clients": "5%" } } }],
    ["stores", { service: { stores: [{ kind: "cache", keys: "c:*", ttl: "1 h", lossAcceptable: true }] } }],
    ["exporter.hostPort", { deployment: { exporter: { hostPort: 9121 } } }],
    ["server.hostAddress", { deployment: { hostPort: 6379, hostAddress: "10.0.0.5" } }],
    ["server.maxmemory", { deployment: { memory: { limit: "1 GiB" } } }],
    ["server.memoryLimit", { deployment: { memory: { maxmemory: "256 MiB", limit: "1 GiB" } } }],
    ["server.healthcheck.startPeriod", { service: { healthcheck: { startPeriod: "5 min" } } }],
    ["server.maxclients", { service: { maxclients: 500 } }],
    ["client.poolSize", { service: { client: { poolSize: 50 } } }],
    [
      "waivers",
      {
        deployment: {
          hostPort: 6379,
          hostAddress: "0.0.0.0",
          waivers: [{ rule: "published-port", reason: "a test shows the port", expires: "2027-03-31" }],
        },
      },
    ],
  ])("says that %s is to be looked at, with exit code 1", async (path, ofDev) => {
    const isExporter = path.startsWith("exporter");
    const { exitCode, groupOf } = await diff(ofDev, isExporter ? { deployment: { exporter: "off" } } : {});
    expect({ exitCode, group: groupOf(path) }).toEqual({ exitCode: 1, group: "look" });
  });

  it("prints for people what is to be looked at first, and counts what is the same", async () => {
    const { out } = await recorded((terminal) =>
      configDiff(
        [shopStack("dev", { service: { maxclients: 500 } }), shopStack("prod")],
        { json: false },
        terminal,
      ),
    );
    expect(out).toMatch(
      /^look at this: neither policy nor size explains it\nVALUE +shop-dev +shop-prod +WHY\n(.*\n)*server\.maxclients +500 +3542 +service -> derived\n/,
    );
    expect(out).toMatch(/\npolicy, expected: the files of the environments say so\n/);
    expect(out).toMatch(/\n\d+ values differ, \d+ are the same$/);
  });

  it("says how each value to look at came to differ", async () => {
    const { differences } = await diff({
      service: {
        maxclients: 500,
        client: { poolSize: 50 },
        thresholds: { hitRatio: { warning: 90, critical: 80 } },
      },
      deployment: { memory: { limit: "629 MiB" } },
    });
    const rows = differences.filter(({ group }) => group === "look");
    expect(Object.fromEntries(rows.map(({ path, why }) => [path, why]))).toEqual({
      "server.maxclients": "service -> derived",
      "client.poolSize": "service -> default",
      "thresholds.hitRatio.warning": "only one of them has it",
      "thresholds.hitRatio.critical": "only one of them has it",
    });
    const [stores] = (
      await diff({ service: { description: "x", stores: [QUEUE], maxmemoryPolicy: "noeviction" } })
    ).differences.filter(({ path }) => path === "stores");
    expect(stores?.why).toBe("given for each");
  });

  it("leaves out the names of a record that has none", async () => {
    const paths = (await diff()).differences.map(({ path }) => path);
    expect(paths).toContain("server.renamedCommands.CONFIG");
    expect(paths).not.toContain("server.renamedCommands");
  });

  it("refuses one stack twice, and unknown ones", async () => {
    expect(await redisOps("config", "diff", "dev-cache-dev", "dev-cache-dev")).toEqual({
      exitCode: 2,
      out: "",
      err:
        "1 problem, nothing was changed\n" +
        '  stacks: got "dev-cache-dev" twice, expected two stacks to compare. ' +
        "Fix: name another stack; bin/redis-ops stacks lists them.",
    });
    const unknown = await redisOps("config", "diff", "dev-cache-dve", "sentra-portal-prd");
    expect(unknown.exitCode).toBe(2);
    expect(unknown.err).toContain('got "dev-cache-dve"');
    expect(unknown.err).toContain('got "sentra-portal-prd"');
  });
});
