import type { Environment } from "../../config/environment";
import { environments } from "../../config/environments";
import { readStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { formatProblem } from "../../core/problem";
import { shop, template, unchecked } from "../support/stack-fixtures";

/** Nothing compiles a file before it is deployed, so these have to be refused when it is read. */
const problemsOf = (services: readonly unknown[], more: object = {}) =>
  readStacks({ template, services: unchecked<readonly Service[]>(services), ...more }).problems.map(
    formatProblem,
  );

const good = shop({ dev: { memory: { maxmemory: "256 MiB" } } });
const SEE = "Fix: see the field's description in config/service.ts or config/environment.ts.";

it("a service with every field of the right kind has nothing wrong", () => {
  expect(problemsOf([good])).toEqual([]);
});

it.each([
  [
    "appendonly as text",
    { persistence: { appendonly: "no", save: [] } },
    'shop.persistence.appendonly: got "no", expected boolean.',
  ],
  ["no persistence", { persistence: undefined }, "shop.persistence: got nothing, expected object."],
  [
    "save as nothing",
    { persistence: { appendonly: true, save: null } },
    "shop.persistence.save: got null, expected array.",
  ],
  ["a number as text", { maxclients: "100" }, 'shop.maxclients: got "100", expected a number.'],
  [
    "a size as a number",
    { environments: { dev: { memory: { maxmemory: 256 } } } },
    "shop.environments.dev.memory.maxmemory: got 256, expected string.",
  ],
  [
    "no deployment",
    { environments: { dev: undefined } },
    "shop.environments.dev: got nothing, expected object.",
  ],
  ["no environments", { environments: null }, "shop.environments: got null, expected record."],
  [
    "aliases as text",
    { environments: { dev: { ...good.environments.dev, aliases: "redis" } } },
    'shop.environments.dev.aliases: got "redis", expected array.',
  ],
  ["directives as nothing", { directives: null }, "shop.directives: got null, expected record."],
])("%s is refused", (_, change, problem) => {
  expect(problemsOf([{ ...good, ...change }])).toEqual([`${problem} ${SEE}`]);
});

it("an exporter that is neither off nor a port is refused", () => {
  const service = { ...good, environments: { dev: { ...good.environments.dev, exporter: true } } };
  expect(problemsOf([service])).toHaveLength(1);
  expect(problemsOf([service])[0]).toContain("shop.environments.dev.exporter: got true");
});

it("a field that there is not is refused with the one that was probably meant", () => {
  expect(problemsOf([{ ...good, maxclient: 100 }])).toEqual([
    'shop: got field "maxclient", expected a field that there is. Fix: did you mean "maxclients"? Use that name.',
  ]);
  expect(problemsOf([shop({ dev: unchecked({ ...good.environments.dev, hostport: 1 }) })])).toEqual([
    'shop.environments.dev: got field "hostport", expected a field that there is. Fix: did you mean "hostPort"? Use that name.',
  ]);
});

it.each([null, undefined, "shop", 7])("%p is not a service", (value) => {
  expect(problemsOf([value])[0]).toContain("config/services[0]: got ");
});

it("what is wrong in one service does not hide what is wrong in the next", () => {
  expect(problemsOf([null, { ...good, maxclients: 0 }])).toHaveLength(2);
});

it("an environment is checked like a service", () => {
  const environment = unchecked<Environment>({ ...environments.dev, auth: "maybe", network: undefined });
  expect(problemsOf([good], { environments: { dev: environment } })).toEqual([
    `environments/dev.auth: got "maybe", expected one of "none"|"requirepass". ${SEE}`,
    `environments/dev.network: got nothing, expected one of "bridge"|"internal". ${SEE}`,
  ]);
});

it("an amount that cannot be calculated with is refused", () => {
  expect(problemsOf([shop({ dev: { memory: { maxmemory: "9007199254740991 B" } } })])).toHaveLength(1);
});

it.each(["bridge", "host", "none", "default"])("%s is Docker's own network", (networkName) => {
  expect(problemsOf([shop({ dev: { memory: { maxmemory: "256 MiB" }, networkName } })])).toHaveLength(1);
});
