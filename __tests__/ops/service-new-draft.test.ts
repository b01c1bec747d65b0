import fc from "fast-check";
import type { Service } from "../../config/service";
import { STORE_KINDS } from "../../core/store-props";
import { environmentsOf, type ServiceDraft, suggestedStore, tryOut } from "../../ops/service-draft";
import { nextFreePort, smallerMaxmemory } from "../../ops/service-suggestions";

jest.mock("../../config/services", () => {
  const alpha: Service = {
    name: "alpha",
    description: "Another service",
    engine: "redis-7.4",
    stores: [{ kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true }],
    environments: {
      dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6379 },
      prod: { memory: { maxmemory: "64 MiB" }, exporter: { hostPort: 9122 } },
    },
  };
  return { services: [alpha] };
});

const shop = (own: Partial<ServiceDraft> = {}): ServiceDraft => ({
  name: "shop",
  description: "Baskets of the shop",
  stores: [suggestedStore("shop", "sessions")],
  environments: {},
  ...own,
});

const store = fc
  .record({
    kind: fc.constantFrom(...STORE_KINDS),
    keys: fc.stringMatching(/^[a-z]{1,8}:\*$/),
    ttl: fc.constantFrom("none" as const, "30 s" as const, "24 h" as const),
    lossAcceptable: fc.boolean(),
  })
  .map((one) => (one.kind === "pub-sub" ? { ...suggestedStore("shop", "pub-sub"), keys: one.keys } : one));

test("whatever is stored, what is suggested for the rest passes every check and every gate", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(store, { selector: ({ keys }) => keys, minLength: 1, maxLength: 5 }),
      fc.constantFrom("1 MiB" as const, "256 MiB" as const, "4 GiB" as const),
      (stores, maxmemory) => {
        const { problems, stacks, findings } = tryOut(shop({ stores, maxmemory }));
        expect(problems).toEqual([]);
        expect(stacks.map(({ id }) => id)).toEqual(["shop-dev", "shop-prod"]);
        const errors = findings.filter(
          ({ stack, severity }) => stack === "shop-prod" && severity === "error",
        );
        expect(errors).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
});

test("what must not vanish is suggested as such, and what waits for somebody stays until then", () => {
  expect(STORE_KINDS.map((kind) => suggestedStore("shop", kind))).toEqual([
    { kind: "sessions", keys: "shop:session:*", ttl: "24 h", lossAcceptable: false },
    { kind: "tokens", keys: "shop:token:*", ttl: "1 h", lossAcceptable: false },
    { kind: "cache", keys: "shop:cache:*", ttl: "1 h", lossAcceptable: true },
    { kind: "queue", keys: "shop:queue:*", ttl: "none", lossAcceptable: false },
    { kind: "jobs", keys: "shop:job:*", ttl: "none", lossAcceptable: false },
    { kind: "results", keys: "shop:result:*", ttl: "24 h", lossAcceptable: true },
    { kind: "locks", keys: "shop:lock:*", ttl: "30 s", lossAcceptable: false },
    { kind: "rate-limits", keys: "shop:ratelimit:*", ttl: "1 h", lossAcceptable: true },
    { kind: "pub-sub", keys: "shop:events", ttl: "none", lossAcceptable: true },
  ]);
});

test("every kind is suggested what passes every gate without a warning", () => {
  for (const kind of STORE_KINDS) {
    const { problems, findings } = tryOut(shop({ stores: [suggestedStore("shop", kind)] }));
    expect({ kind, problems, told: findings.filter(({ isPolicy }) => !isPolicy) }).toEqual({
      kind,
      problems: [],
      told: [],
    });
  }
});

test("ports are suggested that neither another service has nor this one", () => {
  expect(tryOut(shop()).service.environments).toEqual({
    dev: { memory: { maxmemory: "64 MiB" }, hostPort: 6380 },
    prod: { memory: { maxmemory: "256 MiB" }, exporter: { hostPort: 9121 } },
  });
  expect(
    tryOut(shop({ environments: { dev: { exporter: 6380 }, prod: { exporter: 9121 } } })).service
      .environments,
  ).toMatchObject({ dev: { hostPort: 6381, exporter: { hostPort: 6380 } } });
  expect(
    tryOut(shop({ environments: { dev: { exporter: 9121 }, prod: {} } })).service.environments,
  ).toMatchObject({
    prod: { exporter: { hostPort: 9123 } },
  });
});

test("a port is counted up to the last one, and then left to the checks", () => {
  expect(nextFreePort(6379, new Set([6380]))).toBe(6379);
  expect(nextFreePort(6379, new Set([6379, 6380]))).toBe(6381);
  expect(nextFreePort(65_534, new Set([65_534]))).toBe(65_535);
  expect(nextFreePort(65_534, new Set([65_534, 65_535]))).toBe(65_534);
});

test.each([
  ["2 GiB", "256 MiB"],
  ["1024 MiB", "256 MiB"],
  ["1023 MiB", "255 MiB"],
  ["128 MiB", "32 MiB"],
  ["100 MiB", "32 MiB"],
  ["20 MiB", "20 MiB"],
  ["1 KiB", "1 MiB"],
] as const)("of %s in production a developer is suggested %s", (all, part) => {
  expect(smallerMaxmemory(all)).toBe(part);
});

test("data that is nobody's gets all of it where no environment protects any", () => {
  const only = (name: string) =>
    tryOut(shop({ maxmemory: "1 GiB", environments: { [name]: {} } })).service.environments;
  expect(only("dev")).toMatchObject({ dev: { memory: { maxmemory: "1 GiB" } } });
  expect(only("prod")).toMatchObject({ prod: { memory: { maxmemory: "1 GiB" } } });
});

test("environments come in their own order, and unknown ones are kept for the checks", () => {
  expect(environmentsOf(shop())).toEqual(["dev", "prod"]);
  expect(environmentsOf(shop({ environments: { prod: {}, staging: {}, dev: {} } }))).toEqual([
    "dev",
    "prod",
    "staging",
  ]);
  expect(tryOut(shop({ environments: { toString: {} } })).problems).toEqual([
    expect.objectContaining({ field: "shop.environments", got: '"toString"' }),
  ]);
});

test("REDIS_ENGINE of the shell does not decide what a file may say", () => {
  process.env.REDIS_ENGINE = "nothing";
  try {
    expect(tryOut(shop()).problems).toEqual([]);
  } finally {
    delete process.env.REDIS_ENGINE;
  }
});
