import { Duration } from "../core/duration";
import { InvalidValueError } from "../core/problem";
import type { MaxmemoryPolicy } from "../core/redis-stack-props";
import type { StoreProps } from "../core/store-props";
import type { Decisions } from "./decisions";
import type { Persistence, Service } from "./service";

/** A choice and the reason for it, for people. */
export interface Recommendation<T> {
  readonly value: T;
  readonly why: string;
}

/**
 * The eviction policy for what is stored. Measured on 7.0.15 with `maxmemory 64mb`: `allkeys-lru` threw away 25 of 50
 * queues and left 55 of 200 sessions; `volatile-*` beside a queue evicted every session first; `noeviction` lost
 * nothing and refused writes.
 */
export function recommendedPolicy(stores: readonly StoreProps[]): Recommendation<MaxmemoryPolicy> {
  const kept = keysOf(stores);
  const precious = kept.filter(({ lossAcceptable }) => !lossAcceptable);
  const names = kindsOf(precious);
  if (precious.length === 0) {
    return { value: "allkeys-lru", why: "everything stored may be lost: the least recently used goes first" };
  }
  if (kept.some(({ ttl }) => ttl === undefined)) {
    return { value: "noeviction", why: `${names} must not be lost, and not every key has a TTL` };
  }
  if (precious.some(isQueue)) {
    return {
      value: "noeviction",
      why: `${names} must not be lost, and a queue works with all of its keys only`,
    };
  }
  if (precious.length === kept.length) {
    return { value: "noeviction", why: `${names} must not be lost, and there is nothing else to evict` };
  }
  return {
    value: "volatile-lru",
    why: `every key has a TTL; ${names} in use stay, what was not used for longest goes first`,
  };
}

/** How the data has to be kept across a restart, from what is stored. */
export function recommendedPersistence(stores: readonly StoreProps[]): Recommendation<Persistence> {
  const precious = keysOf(stores).filter(({ lossAcceptable }) => !lossAcceptable);
  return precious.length === 0
    ? { value: { appendonly: false, save: [] }, why: "everything stored may be lost" }
    : {
        value: {
          appendonly: true,
          save: [
            { after: "1 h", changes: 1 },
            { after: "5 min", changes: 100 },
            { after: "1 min", changes: 10000 },
          ],
        },
        why: `${kindsOf(precious)} must not be lost: a power cut costs one second at most`,
      };
}

/** The stores of a service with their TTLs read. */
export function resolveStores(service: Service, decisions: Decisions): readonly StoreProps[] {
  decisions.from("service", "stores", service.stores);
  return service.stores.map(({ kind, keys, ttl, lossAcceptable, format }, index) => ({
    kind,
    keys,
    ...(ttl === "none" ? {} : { ttl: readTtl(`${service.name}.stores[${index}].ttl`, ttl, decisions) }),
    lossAcceptable,
    ...(format === undefined ? {} : { format }),
  }));
}

function readTtl(field: string, text: string, { problems }: Decisions): Duration {
  return problems.read(field, Duration.seconds(1), () => {
    try {
      return Duration.parse(text);
    } catch (error) {
      throw error instanceof InvalidValueError
        ? new InvalidValueError(error.got, `${error.expected}, or "none"`, error.fix)
        : error;
    }
  });
}

/** The stores that have keys: messages of pub/sub are in no key. */
export function keysOf(stores: readonly StoreProps[]): readonly StoreProps[] {
  return stores.filter(({ kind }) => kind !== "pub-sub");
}

/** Whether the keys of a store belong together, so that none may be evicted before its time. */
export function isQueue({ kind }: StoreProps): boolean {
  return kind === "queue" || kind === "jobs";
}

/** What is stored, for people: each kind once. */
export function kindsOf(stores: readonly StoreProps[]): string {
  return [...new Set(stores.map(({ kind }) => kind))].join(", ");
}
