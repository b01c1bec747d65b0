import type { Service } from "../../config/service";

/**
 * Stand in for `config/services`, so that a test of a whole program does not depend on which services a team has:
 *
 *     jest.mock("../../config/services", () => jest.requireActual("../support/fixture-services"));
 *
 * Or copied over `config/services/index.ts` in a copy of the project: `copyProject`. Nothing is wrong with them, no gate
 * has anything to say, and their stacks are `cache-dev`, `shop-dev` and `shop-prod`.
 */
const cache: Service = {
  name: "cache",
  description: "Pages that were rendered",
  engine: "redis-7.4",
  stores: [{ kind: "cache", keys: "page:*", ttl: "1 h", lossAcceptable: true }],

  environments: {
    dev: {
      memory: { maxmemory: "128 MiB" },
      hostPort: 6380,
      containerName: "page_cache",
      networkName: "page-network",
      dataVolumeName: "page_data",
    },
  },
};

const shop: Service = {
  name: "shop",
  description: "Baskets of the shop",
  engine: "redis-7.4",
  stores: [{ kind: "sessions", keys: "basket:*", ttl: "24 h", lossAcceptable: false }],

  environments: {
    dev: { memory: { maxmemory: "256 MiB" }, hostPort: 6379 },
    prod: { memory: { maxmemory: "2 GiB" }, exporter: { hostPort: 9121 }, containerName: "shop-redis" },
  },
};

export const services: readonly Service[] = [cache, shop];
