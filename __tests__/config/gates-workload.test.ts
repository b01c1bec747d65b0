import { readStacks } from "../../config/load-stacks";
import type { Store } from "../../config/service";
import type { RedisServerProps } from "../../core/redis-stack-props";
import { cache, queue, sessions, tokens } from "../support/gate-trials";
import { findingsOf, template, today } from "../support/stack-fixtures";

describe("gates about what is stored", () => {
  const policyGates = (stores: readonly Store[], maxmemoryPolicy: RedisServerProps["maxmemoryPolicy"]) =>
    findingsOf("prod", { service: { stores, maxmemoryPolicy } })
      .filter(({ field }) => field === "shop.maxmemoryPolicy")
      .map(({ gate }) => gate);

  it.each([
    [[sessions], "volatile-lru", ["sessions-evicted"]],
    [[sessions], "allkeys-random", ["sessions-evicted"]],
    [[sessions], "noeviction", []],
    [[sessions, cache], "volatile-ttl", []],
    [[sessions, queue], "volatile-lru", ["volatile-without-ttl", "queue-evicted"]],
    [[sessions, queue], "allkeys-lru", ["sessions-evicted", "queue-evicted"]],
    [[tokens], "allkeys-lru", ["keys-evicted"]],
    [[tokens], "volatile-lru", []],
    [[cache], "allkeys-lru", []],
    [[cache], "volatile-lru", []],
    [[cache], "noeviction", ["cache-noeviction"]],
    [[{ ...queue, lossAcceptable: true }], "allkeys-lru", []],
    [[{ ...queue, kind: "jobs", ttl: "2 h" }, cache], "volatile-lru", ["queue-evicted"]],
    [[{ ...sessions, kind: "pub-sub", ttl: "none", lossAcceptable: true }, sessions], "noeviction", []],
  ] as const)("%# %j with %s", (stores, policy, expected) => {
    expect(policyGates(stores, policy)).toEqual(expected);
  });

  it("hold for every policy and persistence that follows from the stores", () => {
    const kinds = (["sessions", "cache", "queue", "jobs", "tokens"] as const).flatMap((kind) =>
      (["none", "1 h"] as const).flatMap((ttl) =>
        [true, false].map((lossAcceptable): Store => ({ kind, keys: `${kind}:*`, ttl, lossAcceptable })),
      ),
    );
    const combinations = kinds.flatMap((one) => [
      [one],
      ...kinds.flatMap((other) => [
        [one, other],
        [one, other, cache],
      ]),
    ]);
    const services = combinations.map((stores, index) => ({
      name: `shop-${index}`,
      description: "What a service may store",
      engine: "redis-7.4" as const,
      stores: stores.map((own, place) => ({ ...own, keys: `${place}:*` })),
      environments: {
        prod: { memory: { maxmemory: "256 MiB" as const }, exporter: { hostPort: 10_000 + index } },
      },
    }));
    const { problems, stacks } = readStacks({ template, today, services });
    expect(problems).toEqual([]);
    expect(stacks).toHaveLength(820);
  });
});
