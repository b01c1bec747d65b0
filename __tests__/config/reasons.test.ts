import { loadStacks } from "../../config/load-stacks";
import { reasonFor, reasons, type Why } from "../../config/reasons";
import type { ResolvedStack } from "../../config/resolve-stack";
import { clientsShare } from "../../core/memory-budget";
import { MAXMEMORY_POLICIES, RESTART_POLICIES } from "../../core/redis-stack-props";
import { Size } from "../../core/size";
import { settingsOf } from "../../ops/settings";
import { shopStack, template, today } from "../support/stack-fixtures";

const levels = { warning: 1, critical: 2 };

/** Stacks that together have every value that a stack may have. */
const full: readonly ResolvedStack[] = [
  shopStack("prod", {
    service: {
      directives: { "maxmemory-clients": "5%" },
      thresholds: { blockedClients: levels, hitRatio: { warning: 2, critical: 1 } },
      contacts: { onCall: "Team", infrastructure: "Infra", escalation: "Lead" },
    },
    deployment: {
      memory: { limit: "1 GiB", reservation: "256 MiB" },
      cpus: 1,
      cpuShares: 512,
      exporter: { hostPort: 9121 },
      prometheus: { hostPort: 9090, alertmanager: "alertmanager:9093" },
    },
    environment: {
      docker: { host: "ssh://deploy@host" },
      state: { backend: "s3", bucket: "states", region: "eu-central-1" },
    },
  }),
  shopStack("dev", { deployment: { hostPort: 6379 } }),
];

const stacks = [...loadStacks({ template, today }), ...full].map(
  (stack, index) => [`${stack.id} (${index})`, stack] as const,
);

it.each(stacks)("there is a reason for every value of %s", (_, stack) => {
  const settings = settingsOf(stack);
  expect(settings.length).toBeGreaterThan(50);
  expect(
    settings.filter(({ path, value }) => reasonFor(path, value) === undefined).map(({ path }) => path),
  ).toEqual([]);
});

it("there is no reason for a value that no stack can have", () => {
  const paths = new Set(full.flatMap((stack) => settingsOf(stack).map(({ path }) => path)));
  const reasoned = Object.values(reasons).flatMap((ofTopic) => Object.keys(ofTopic));
  expect(reasoned.filter((path) => !paths.has(path))).toEqual([]);
});

it.each([
  ["server.maxmemoryPolicy", MAXMEMORY_POLICIES],
  ["server.restart", RESTART_POLICIES],
  ["server.persistence.appendfsync", ["always", "everysec", "no"]],
  ["server.persistence.appendonly", [true, false]],
  ["server.activedefrag", [true, false]],
  ["server.auth.mode", ["none", "requirepass"]],
  ["network.internal", [true, false]],
  ["dataVolume.protected", [true, false]],
  ["state.backend", ["local", "s3"]],
])("each value that %s may have has a reason of its own", (path, values) => {
  const why = values.map((value) => reasonFor(path, value)?.why);
  expect(new Set(why).size).toBe(values.length);
  expect(why).not.toContain(undefined);
});

it("every reason is a sentence or two", () => {
  const all = Object.values(reasons).flatMap((ofTopic) => Object.values<Why>(ofTopic));
  const sentences = all.flatMap((why) => (typeof why === "string" ? [why] : Object.values(why)));
  expect(sentences.filter((text) => !/^[A-Z0-9].{15,}[.A-Z]$/.test(text) || text.length > 130)).toEqual([]);
});

it("a record has one reason for each of its names, and nothing else is covered by what contains it", () => {
  expect(reasonFor("server.renamedCommands.CONFIG", "OPS_CONFIG")).toEqual(
    reasonFor("server.renamedCommands", {}),
  );
  expect(reasonFor("server.directives.io-threads", "4")).toEqual(reasonFor("server.directives", {}));
  expect(reasonFor("docker.newField", "x")).toBeUndefined();
  expect(reasonFor("server.newField", "x")).toBeUndefined();
  expect(reasonFor("server.restart", "never")).toBeUndefined();
});

it("what maxclients takes of maxmemory is what the budget says", () => {
  expect(reasonFor("server.maxclients", 10_000)?.why).toContain("take 22 MiB idle");
  expect(reasonFor("server.maxclients", 10_000)?.why).toContain("busy at once 362 MiB");
  expect(clientsShare(10_000, Size.mebibytes(22)).idle).toBe(100);
  expect(clientsShare(10_000, Size.mebibytes(21)).idle).toBeGreaterThan(100);
  expect(clientsShare(10_000, Size.mebibytes(362)).busy).toBe(100);
  expect(clientsShare(10_000, Size.mebibytes(361)).busy).toBeGreaterThan(100);
});
