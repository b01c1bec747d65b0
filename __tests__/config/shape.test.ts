import { readStacks } from "../../config/load-stacks";
import type { Service } from "../../config/service";
import { formatProblem } from "../../core/problem";
import { shop, template, today, unchecked } from "../support/stack-fixtures";

/** Nothing compiles a file before it is deployed, so these have to be refused when it is read. */
const problemsOf = (services: readonly unknown[]) =>
  readStacks({ template, today, services: unchecked<readonly Service[]>(services) }).problems.map(
    formatProblem,
  );

const good = shop({ dev: { memory: { maxmemory: "256 MiB" } } });
const DESCRIBED = "Fix: write it as config/service.ts describes it.";
const QUOTES = 'Fix: write it in quotes, and a size or a duration with its unit: "256 MiB", "30 s".';
const FLAG = "Fix: write true or false, without quotes.";

/** The service with other fields, and with other fields in its one environment. */
const withFields = (own: object) => ({ ...good, ...own });
const deployed = (own: object) => withFields({ environments: { dev: { ...good.environments.dev, ...own } } });

it("a service with every field of the right kind has nothing wrong", () => {
  expect(problemsOf([good])).toEqual([]);
});

it.each([
  [
    "appendonly as text",
    withFields({ persistence: { appendonly: "no", save: [] } }),
    `shop.persistence.appendonly: got "no", expected true or false. ${FLAG}`,
  ],
  [
    "save as nothing",
    withFields({ persistence: { appendonly: true, save: null } }),
    `shop.persistence.save: got null, expected a list. ${DESCRIBED}`,
  ],
  [
    "a save point without its number",
    withFields({ persistence: { appendonly: true, save: [{ after: "1 h" }] } }),
    `shop.persistence.save[0].changes: got nothing, expected a number. ${DESCRIBED}`,
  ],
  [
    "a number as text",
    withFields({ maxclients: "100" }),
    'shop.maxclients: got "100", expected a number. Fix: write 100, without quotes.',
  ],
  [
    "a word for a number",
    withFields({ maxclients: "many" }),
    `shop.maxclients: got "many", expected a number. ${DESCRIBED}`,
  ],
  [
    "a bigint",
    withFields({ maxclients: 100n }),
    `shop.maxclients: got 100n, expected a number. ${DESCRIBED}`,
  ],
  [
    "a size as a number",
    deployed({ memory: { maxmemory: 256 } }),
    `shop.environments.dev.memory.maxmemory: got 256, expected a text in quotes. ${QUOTES}`,
  ],
  [
    "a size in place of memory",
    deployed({ memory: "256 MiB" }),
    `shop.environments.dev.memory: got "256 MiB", expected an object of fields. ${DESCRIBED}`,
  ],
  [
    "no deployment",
    withFields({ environments: { dev: undefined } }),
    `shop.environments.dev: got nothing, expected an object of fields. ${DESCRIBED}`,
  ],
  [
    "environments as nothing",
    withFields({ environments: null }),
    `shop.environments: got null, expected an object of fields. ${DESCRIBED}`,
  ],
  [
    "no environment, and so no stack",
    withFields({ environments: {} }),
    `shop.environments: got {}, expected one environment at least, such as dev: { … }. ${DESCRIBED}`,
  ],
  [
    "aliases as text",
    deployed({ aliases: "redis" }),
    `shop.environments.dev.aliases: got "redis", expected a list. ${DESCRIBED}`,
  ],
  [
    "directives as nothing",
    withFields({ directives: null }),
    `shop.directives: got null, expected an object of fields. ${DESCRIBED}`,
  ],
  [
    "a directive as a number",
    withFields({ directives: { hz: 50 } }),
    `shop.directives.hz: got 50, expected a text in quotes. ${QUOTES}`,
  ],
  ["no stores", withFields({ stores: undefined }), `shop.stores: got nothing, expected a list. ${DESCRIBED}`],
  [
    "a TTL as a number",
    withFields({ stores: [{ kind: "cache", keys: "*", ttl: 60, lossAcceptable: true }] }),
    `shop.stores[0].ttl: got 60, expected a text in quotes. ${QUOTES}`,
  ],
  [
    "lossAcceptable as text",
    withFields({ stores: [{ kind: "cache", keys: "*", ttl: "1 h", lossAcceptable: "yes" }] }),
    `shop.stores[0].lossAcceptable: got "yes", expected true or false. ${FLAG}`,
  ],
  [
    "activedefrag as text",
    withFields({ activedefrag: "yes" }),
    `shop.activedefrag: got "yes", expected true or false. ${FLAG}`,
  ],
  [
    "an encoding as text",
    withFields({ encoding: { setMaxIntsetEntries: "512" } }),
    'shop.encoding.setMaxIntsetEntries: got "512", expected a number. Fix: write 512, without quotes.',
  ],
  [
    "restart as a flag",
    withFields({ restart: true }),
    `shop.restart: got true, expected a text in quotes. ${DESCRIBED}`,
  ],
  [
    "a threshold without its critical level",
    withFields({ thresholds: { memory: { warning: 70 } } }),
    `shop.thresholds.memory.critical: got nothing, expected a number. ${DESCRIBED}`,
  ],
  [
    "a latency as numbers",
    withFields({ thresholds: { latency: { warning: "5 ms", critical: 20 } } }),
    `shop.thresholds.latency.critical: got 20, expected a text in quotes. ${QUOTES}`,
  ],
  [
    "shares of CPUs as text",
    deployed({ cpuShares: "1e3" }),
    `shop.environments.dev.cpuShares: got "1e3", expected a number. ${DESCRIBED}`,
  ],
  [
    "an address as a number",
    deployed({ hostAddress: 127 }),
    `shop.environments.dev.hostAddress: got 127, expected a text in quotes. ${QUOTES}`,
  ],
  [
    "a waiver without its date",
    deployed({ waivers: [{ rule: "published-port", reason: "Prometheus runs elsewhere" }] }),
    `shop.environments.dev.waivers[0].expires: got nothing, expected a text in quotes. ${DESCRIBED}`,
  ],
  [
    "an exporter that is on",
    deployed({ exporter: true }),
    `shop.environments.dev.exporter: got true, expected "off", or { hostPort: 9121 } with a free port. ${DESCRIBED}`,
  ],
  [
    "an exporter's port as text",
    deployed({ exporter: { hostPort: "9121" } }),
    'shop.environments.dev.exporter.hostPort: got "9121", expected a number. Fix: write 9121, without quotes.',
  ],
  [
    "an exporter without a port",
    deployed({ exporter: {} }),
    `shop.environments.dev.exporter.hostPort: got nothing, expected a number. ${DESCRIBED}`,
  ],
])("%s is refused", (_, service, problem) => {
  expect(problemsOf([service])).toEqual([problem]);
});

it.each([
  [withFields({ maxclient: 100 }), 'shop: got field "maxclient"', 'did you mean "maxclients"? Use that name'],
  [
    deployed({ hostport: 1 }),
    'shop.environments.dev: got field "hostport"',
    'did you mean "hostPort"? Use that name',
  ],
  [
    deployed({ memory: { maxmemory: "1 GiB", reservaton: "1 MiB" } }),
    'shop.environments.dev.memory: got field "reservaton"',
    'did you mean "reservation"? Use that name',
  ],
  [
    deployed({ exporter: { hostPort: 9121, hostAdress: "::1" } }),
    'shop.environments.dev.exporter: got field "hostAdress"',
    'did you mean "hostAddress"? Use that name',
  ],
  [
    withFields({ stores: [{ kind: "cache", keys: "*", ttl: "1 h", lossAcceptable: true, keyPattern: "*" }] }),
    'shop.stores[0]: got field "keyPattern"',
    "use one of kind, keys, ttl, lossAcceptable, format",
  ],
  [
    withFields({ encoding: { hashMaxListpackEntrys: 1 } }),
    'shop.encoding: got field "hashMaxListpackEntrys"',
    'did you mean "hashMaxListpackEntries"? Use that name',
  ],
  [
    withFields({ thresholds: { opsPerSecond: { warning: 1, critical: 2 } } }),
    'shop.thresholds: got field "opsPerSecond"',
    "use one of memory, connectedClients, blockedClients, hitRatio, latency",
  ],
  [
    deployed({
      waivers: [{ rule: "fsync", reason: "The data is made anew", expires: "2027-01-01", approvedBy: "me" }],
    }),
    'shop.environments.dev.waivers[0]: got field "approvedBy"',
    "use one of rule, reason, expires",
  ],
])(
  "a field that there is not is refused, with the one that was probably meant: %#",
  (service, field, fix) => {
    expect(problemsOf([service])).toEqual([`${field}, expected a field that there is. Fix: ${fix}.`]);
  },
);

it.each([
  [withFields({ maxmemory: "1 GiB" }), 'shop: got field "maxmemory"', "environments.<environment>.memory"],
  [withFields({ hostPort: 6379 }), 'shop: got field "hostPort"', "environments.<environment>"],
  [deployed({ poolSize: 5 }), 'shop.environments.dev: got field "poolSize"', "client"],
  [deployed({ maxclients: 5 }), 'shop.environments.dev: got field "maxclients"', "the top, beside name"],
  [deployed({ ttl: "1 h" }), 'shop.environments.dev: got field "ttl"', "stores[…]"],
])("a field that stands in the wrong place is refused, with the right one: %#", (service, field, place) => {
  expect(problemsOf([service])).toEqual([
    `${field}, expected a field that there is. Fix: move it to ${place}.`,
  ]);
});

it.each([
  [null, "null"],
  [undefined, "nothing"],
  ["shop", '"shop"'],
  [7, "7"],
  [[], "[]"],
  [Symbol("shop"), "Symbol(shop)"],
])("%p is not a service", (value, got) => {
  expect(problemsOf([value])).toEqual([
    `config/services[0]: got ${got}, expected an object of fields. ${DESCRIBED}`,
  ]);
});

it("is told in one line, whatever is written", () => {
  const environments = { "dev\n": {}, "\u2028": { memory: "\u007f" } };
  expect(problemsOf([withFields({ environments })])).toEqual([
    `shop.environments["dev\\n"].memory: got nothing, expected an object of fields. ${DESCRIBED}`,
    `shop.environments["\\u2028"].memory: got "\\u007f", expected an object of fields. ${DESCRIBED}`,
  ]);
  expect(problemsOf([withFields({ name: "shop\n", maxclients: "many" })])).toEqual([
    `config/services[0].maxclients: got "many", expected a number. ${DESCRIBED}`,
  ]);
});

it("a value that contains itself, or is very long, is shown in short", () => {
  const circular: Record<string, unknown> = {};
  circular.itself = circular;
  expect(problemsOf([withFields({ maxclients: circular })])).toEqual([
    `shop.maxclients: got {…}, expected a number. ${DESCRIBED}`,
  ]);
  const list: unknown[] = [];
  list.push(list);
  expect(problemsOf([withFields({ maxclients: list })])).toEqual([
    `shop.maxclients: got […], expected a number. ${DESCRIBED}`,
  ]);
  expect(problemsOf([withFields({ maxclients: `${"9".repeat(1000)}x` })])).toEqual([
    `shop.maxclients: got "${"9".repeat(59)}, expected a number. ${DESCRIBED}`,
  ]);
});

it("what is wrong in one service does not hide what is wrong in the next", () => {
  expect(problemsOf([null, { ...good, maxclients: 0 }])).toHaveLength(2);
});
