import type { Deployment } from "../../config/service";
import { type Corrupted, type Corruption, type Mutable, reach, withService } from "./corruptions";
import { today } from "./stack-fixtures";
import type { ValidCase } from "./valid-service";
import { PROTOTYPE_NAMES } from "./wrong-values";

const HERE = "environments.<environment>";

/** A change of the deployment, and where it is wrong: below the deployment. */
const DEPLOYMENTS: readonly (readonly [name: string, change: Partial<Deployment>, ...fields: string[]])[] = [
  ["neither maxmemory nor limit", { memory: {} }, "memory"],
  ["a reservation alone", { memory: { reservation: "64 MiB" } }, "memory"],
  ["as much data as memory", { memory: { maxmemory: "256 MiB", limit: "256 MiB" } }, "memory.maxmemory"],
  ["a byte too much data", { memory: { maxmemory: "838860801 B", limit: "1000 MiB" } }, "memory.maxmemory"],
  ["data whose limit cannot be written", { memory: { maxmemory: "1048576 GiB" } }, "memory.maxmemory"],
  [
    "more reserved than there is",
    { memory: { limit: "256 MiB", reservation: "257 MiB" } },
    "memory.reservation",
  ],
  ["an address without a port", { hostPort: undefined, hostAddress: "127.0.0.1" } as never, "hostAddress"],
  ["an alias twice", { aliases: ["redis", "redis"] }, "aliases"],
  ["an alias that Docker refuses", { aliases: ["redis", "re dis"] }, "aliases"],
  ["an alias that is no text", { aliases: ["redis", 5] } as never, "aliases[1]"],
  ["a waiver of nothing", { waivers: [waiver({ rule: "no-such-gate" })] }, "waivers[0].rule"],
  ...PROTOTYPE_NAMES.map(
    (rule) => [`a waiver of ${rule}`, { waivers: [waiver({ rule })] }, "waivers[0].rule"] as const,
  ),
  ["a waiver of what holds everywhere", { waivers: [waiver({ rule: "memory-limit" })] }, "waivers[0].rule"],
  ["a waiver twice", { waivers: [waiver({}), waiver({})] }, "waivers[1].rule"],
  ["a waiver without a reason", { waivers: [waiver({ reason: "" })] }, "waivers[0].reason"],
  ["a waiver with a poor reason", { waivers: [waiver({ reason: "todo todo todo" })] }, "waivers[0].reason"],
  [
    "a waiver of two lines",
    { waivers: [waiver({ reason: "It is only\nfor a while" })] },
    "waivers[0].reason",
  ],
  ["a waiver that has ended", { waivers: [waiver({ expires: "2026-11-20" })] }, "waivers[0].expires"],
  ["a waiver for ever", { waivers: [waiver({ expires: "2099-01-01" })] }, "waivers[0].expires"],
  ...["", "2027-02-30", "31.3.2027", "2027-3-1", "2027-03-31T00:00:00Z", "２０２７-03-31"].map(
    (expires) =>
      [`a waiver until ${expires}`, { waivers: [waiver({ expires })] }, "waivers[0].expires"] as const,
  ),
  ["a waiver of a wrong type", { waivers: [{ ...waiver({}), reason: 5 }] } as never, "waivers[0].reason"],
];

/** A change of the service that makes two of its fields contradict each other, and where that is told. */
const SERVICES: readonly (readonly [name: string, change: Mutable, ...fields: string[]])[] = [
  ["nothing stored", { stores: [] }, "stores"],
  ["messages that are kept", { stores: [store({ kind: "pub-sub", ttl: "1 h" })] }, "stores[0].ttl"],
  [
    "messages that are promised",
    { stores: [store({ kind: "pub-sub", lossAcceptable: false })] },
    "stores[0].lossAcceptable",
  ],
  ["two stores of the same keys", { stores: [store({}), store({ kind: "sessions" })] }, "stores[1].keys"],
  [
    "a wrong store among others",
    { stores: [store({}), store({ kind: "stack", keys: "stack:*" })] },
    "stores[1].kind",
  ],
  ["defragmentation without its allocator", { activedefrag: true }, "activedefrag"],
  ["a list node of no elements", { encoding: { listMaxListpackSize: 0 } }, "encoding.listMaxListpackSize"],
  [
    "memory levels in disorder",
    { thresholds: { memory: { warning: 90, critical: 70 } } },
    "thresholds.memory",
  ],
  ["memory levels alike", { thresholds: { memory: { warning: 70, critical: 70 } } }, "thresholds.memory"],
  [
    "hit ratios in disorder",
    { thresholds: { hitRatio: { warning: 70, critical: 90 } } },
    "thresholds.hitRatio",
  ],
  [
    "latencies in disorder",
    { thresholds: { latency: { warning: "1 s", critical: "20 ms" } } },
    "thresholds.latency",
  ],
  [
    "more clients watched than there can be",
    { maxclients: 100, thresholds: { connectedClients: { warning: 99, critical: 101 } } },
    "thresholds.connectedClients.critical",
  ],
  [
    "more blocked clients watched than there can be",
    { maxclients: 100, thresholds: { blockedClients: { warning: 101, critical: 102 } } },
    "thresholds.blockedClients.warning",
    "thresholds.blockedClients.critical",
  ],
  [
    "an environment that there is not",
    { environments: { staging: { memory: { maxmemory: "1 GiB" } } } },
    "environments",
  ],
  ["no environment", { environments: {} }, "environments"],
  [
    "a wrong snapshot among others",
    { persistence: { appendonly: true, save: [point({}), point({ changes: 0 })] } },
    "persistence.save[1].changes",
  ],
];

export const contradictions: readonly Corruption[] = [
  ...DEPLOYMENTS.map(
    ([name, change, ...fields]): Corruption => ({
      name,
      corrupt: (given) =>
        warned(given, (service) => {
          const place = reach(service, HERE, given.environment.name);
          Object.assign(place, { hostPort: undefined, hostAddress: undefined, waivers: [], ...change });
          return fields.map((field) => `${HERE}.${field}`);
        }),
    }),
  ),
  ...SERVICES.map(
    ([name, change, ...fields]): Corruption => ({
      name,
      corrupt: (given) =>
        withService(given, (service) => {
          Object.assign(service, { thresholds: {}, ...change });
          return fields;
        }),
    }),
  ),
];

/** In an environment that only warns, so that a waiver that is refused uncovers nothing else. */
function warned(given: ValidCase, change: Parameters<typeof withService>[1]): Corrupted {
  return withService({ ...given, environment: { ...given.environment, gates: "warn" } }, change);
}

function waiver(own: object) {
  return { rule: "restart", reason: "The host restarts it by itself", expires: today, ...own };
}

function store(own: object) {
  return {
    kind: "cache",
    keys: "cache:*",
    ttl: "none",
    lossAcceptable: true,
    ...own,
  };
}

function point(own: object) {
  return { after: "1 h", changes: 1, ...own };
}
