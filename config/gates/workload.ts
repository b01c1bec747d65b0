import type { StoreProps } from "../../core/store-props";
import type { ResolvedStack } from "../resolve-stack";
import { isQueue, keysOf, kindsOf } from "../workload";
import { breachIf, type Gate, inService, preciousStores } from "./gate";

const EVICTION_MANUAL = "https://redis.io/docs/latest/develop/reference/eviction/";

const hasTtl = ({ ttl }: StoreProps) => ttl !== undefined;

const policyOf = ({ props }: ResolvedStack) => props.server.maxmemoryPolicy;
const isAllkeys = (stack: ResolvedStack) => policyOf(stack).startsWith("allkeys-");
const isVolatile = (stack: ResolvedStack) => policyOf(stack).startsWith("volatile-");

const policyField = (stack: ResolvedStack) => inService(stack, "maxmemoryPolicy");
const policyText = (stack: ResolvedStack) => JSON.stringify(policyOf(stack));

/** Whether the eviction policy fits what is stored. Measured on 7.0.15. */
export const workloadGates: readonly Gate[] = [
  {
    id: "sessions-evicted",
    severity: "error",
    protectsFrom:
      "Keys that must live until their TTL ends are thrown away when memory is short: with allkeys-lru 55 of 200 sessions " +
      "were left after a cache had grown, and 145 users were logged out.",
    fix: "leave maxmemoryPolicy out, which then follows from stores, or write lossAcceptable: true where it is",
    link: EVICTION_MANUAL,
    broken: (stack) => {
      const kept = keysOf(stack.props.stores);
      const promised = preciousStores(stack).filter(hasTtl);
      // volatile-* takes what may be lost first only where there is something that may be lost.
      const onlyPromised = promised.length === kept.length;
      const evicts = isAllkeys(stack) || (isVolatile(stack) && onlyPromised);
      return breachIf(promised.length > 0 && evicts, () => ({
        field: policyField(stack),
        got: policyText(stack),
        expected: `"noeviction"${isAllkeys(stack) && !onlyPromised ? ' or "volatile-lru"' : ""}, since ${kindsOf(promised)} must live until their TTL ends`,
      }));
    },
  },
  {
    id: "volatile-without-ttl",
    severity: "error",
    protectsFrom:
      "Keys without TTL push out every key that has one, then nothing can be written: volatile-lru beside a queue left 0 of " +
      "2,000 sessions, and then 88 of 400 pushes failed with OOM.",
    fix: 'write maxmemoryPolicy: "noeviction", or give each of the two a Redis of its own',
    link: EVICTION_MANUAL,
    broken: (stack) => {
      const kept = keysOf(stack.props.stores);
      const lasting = kept.filter((store) => !hasTtl(store));
      const promised = preciousStores(stack).filter(hasTtl);
      return breachIf(isVolatile(stack) && lasting.length > 0 && promised.length > 0, () => ({
        field: policyField(stack),
        got: policyText(stack),
        expected: `"noeviction", since ${kindsOf(lasting)} without TTL would push out ${kindsOf(promised)}`,
      }));
    },
  },
  {
    id: "queue-evicted",
    severity: "error",
    protectsFrom:
      "Jobs vanish without an error: allkeys-lru threw away 25 of 50 queues and 2,651 of 5,000 jobs. BullMQ and Sidekiq ask " +
      "for noeviction.",
    fix: 'write maxmemoryPolicy: "noeviction"',
    link: "https://docs.bullmq.io/guide/going-to-production#max-memory-policy",
    broken: (stack) => {
      const queues = preciousStores(stack).filter(isQueue);
      return breachIf(queues.length > 0 && policyOf(stack) !== "noeviction", () => ({
        field: policyField(stack),
        got: policyText(stack),
        expected: `"noeviction", since ${kindsOf(queues)} must not be lost`,
      }));
    },
  },
  {
    id: "keys-evicted",
    severity: "error",
    protectsFrom:
      "Keys that stay until somebody deletes them are thrown away when memory is short, without an error and without a " +
      "trace.",
    fix: 'write maxmemoryPolicy: "noeviction", or lossAcceptable: true where it is',
    link: EVICTION_MANUAL,
    broken: (stack) => {
      const lasting = preciousStores(stack).filter((store) => !hasTtl(store) && !isQueue(store));
      return breachIf(isAllkeys(stack) && lasting.length > 0, () => ({
        field: policyField(stack),
        got: policyText(stack),
        expected: `"noeviction", since ${kindsOf(lasting)} without TTL must not be lost`,
      }));
    },
  },
  {
    id: "cache-noeviction",
    severity: "warning",
    protectsFrom:
      "A cache fills the memory and then every write fails, those of everything else in the same Redis too: 47,421 of " +
      "100,000 writes were refused with OOM.",
    fix: "give the cache a Redis of its own, which may evict",
    link: EVICTION_MANUAL,
    broken: (stack) => {
      const caches = keysOf(stack.props.stores).filter(
        ({ kind, lossAcceptable }) => kind === "cache" && lossAcceptable,
      );
      return breachIf(caches.length > 0 && policyOf(stack) === "noeviction", () => ({
        field: policyField(stack),
        got: '"noeviction"',
        expected: `a policy that evicts ${caches.map(({ keys }) => keys).join(", ")}`,
      }));
    },
  },
];
