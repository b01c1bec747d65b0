import type { StoreProps } from "../../../core/store-props";
import { infoNumber } from "../../look/info";
import { evictsAnything } from "../../look/refused-writes";
import { type Facts, known } from "../facts";
import { from, type Incident, ok, type Seen, step } from "../incident";
import { applyLive } from "./advice";
import { field } from "./reading";

const MANY = 100;
const NEARLY_FULL = 0.9;

/** Stores that must not be lost and that the policy may take keys of. */
function atRisk(stores: readonly StoreProps[], policy: string | undefined): readonly StoreProps[] {
  const kept = stores.filter(({ lossAcceptable }) => !lossAcceptable);
  return evictsAnything(policy) ? kept : kept.filter(({ ttl }) => ttl !== undefined);
}

export const evictions: Incident = {
  name: "evictions",
  title: "Redis evicts keys",
  symptoms: ["users are logged out before their session ends", "`evicted_keys` in INFO grows"],
  steps: [
    step({
      looks: "evicted keys since the start, and whether more are evicted a second later",
      command: (n) => n.redis("INFO", "stats"),
      fine: "None, or this server keeps only what may be lost: a full cache evicts by design.",
      outcomes: {
        "kept-now": {
          severity: "critical",
          title: "keys are evicted at this moment that must not be lost",
          means:
            "Memory is full, and the policy takes keys of stores that the service's file says must be kept.",
          next: (n) => [
            ["take a copy of what is there", `bin/redis-ops backup create ${n.stack}`],
            ...applyLive(n, "raise maxmemory in config/services/"),
            ["see what takes the memory", `bin/redis-ops memory ${n.stack} --keys`],
            ["deploy the larger limit", `bin/up ${n.stack}`],
            [
              "keep what must stay apart from what may go: a service of its own, with noeviction",
              "bin/redis-ops service new NAME",
            ],
          ],
        },
        "kept-before": {
          severity: "warning",
          title: "keys were evicted that must not be lost",
          means:
            "It happened since the server was started, and happens again with what is written next: memory is nearly full.",
          next: (n) => [
            ["see what takes the memory", `bin/redis-ops memory ${n.stack} --keys`],
            [
              "what was there is in a backup, if one was made in time",
              `bin/redis-ops backup list ${n.stack}`,
            ],
          ],
        },
        "kept-once": {
          severity: "note",
          title: "keys were evicted that must not be lost, and there is room now",
          means: "It happened since the server was started. The counter goes back at the next start.",
          next: (n) => [
            [
              "what was there is in a backup, if one was made in time",
              `bin/redis-ops backup list ${n.stack}`,
            ],
          ],
        },
        cache: {
          severity: "note",
          title: "keys are evicted, all of which may be lost",
          means: "A full cache works that way. Whether it is large enough, the share of hits says.",
          next: (n) => [
            ["whether it is large enough", `bin/redis-ops diagnose ${n.stack} --incident hit-ratio`],
          ],
        },
      },
      judge: (facts) => judgeEvictions(facts),
    }),
  ],
  never: [
    "Do not choose `volatile-lru` for sessions beside queues: keys of a queue do not expire, and a backlog evicts every session first.",
    "Do not FLUSHDB to make room.",
  ],
};

function judgeEvictions(facts: Facts): Seen<"kept-now" | "kept-before" | "kept-once" | "cache"> {
  return from(facts.info, (info) =>
    field(info, "evicted_keys", (before) => {
      const after = known(facts.evictedLater) ?? before;
      const saw = `${after} since the start${after > before ? `, ${after - before} of them in the last second` : ""}`;
      if (after === 0) {
        return ok("none");
      }
      const policy = info.get("maxmemory_policy");
      const kept = atRisk(facts.props.stores, policy);
      if (kept.length === 0) {
        return after > before || after > MANY ? { outcome: "cache", saw } : ok(saw);
      }
      const evidence = kept.map(
        ({ kind, keys }) => `${policy} may take ${kind} (${keys}), which must not be lost`,
      );
      const maxmemory = infoNumber(info, "maxmemory") ?? 0;
      const hasRoom = maxmemory > 0 && (infoNumber(info, "used_memory") ?? 0) < maxmemory * NEARLY_FULL;
      return {
        outcome: after > before ? "kept-now" : hasRoom ? "kept-once" : "kept-before",
        saw,
        evidence,
      };
    }),
  );
}
