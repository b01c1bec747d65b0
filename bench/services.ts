import type { Service } from "../config/service";

/**
 * As many services with one stack each: by turns a development stack, and a production stack with password
 * and exporter, which is the largest that there is.
 */
export function benchServices(count: number): readonly Service[] {
  return Array.from({ length: count }, (_, index) => ({
    name: serviceName(index),
    description: "A service that the bench makes up",
    engine: "redis-7.4",
    stores: [{ kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true }],
    maxmemoryPolicy: "volatile-lru",
    persistence: { appendonly: true, save: [{ after: "5 min", changes: 100 }] },
    environments: isProduction(index)
      ? { prod: { memory: { maxmemory: "2 GiB" }, exporter: { hostPort: portOf(index) } } }
      : { dev: { memory: { maxmemory: "256 MiB" }, hostPort: portOf(index) } },
  }));
}

export function serviceName(index: number): string {
  return `service-${index}`;
}

export function isProduction(index: number): boolean {
  return index % 2 === 1;
}

export function portOf(index: number): number {
  return 20_000 + index;
}
