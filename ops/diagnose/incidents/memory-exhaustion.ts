import { levelAbove } from "../../../core/levels";
import { bytesText } from "../../amounts";
import { infoNumber } from "../../look/info";
import { countedMemory, evictsAnything, refusedWrites, refusesWrites } from "../../look/refused-writes";
import { containerOf } from "../facts";
import { from, type Incident, type Names, ok, step, unknown } from "../incident";
import { applyLive, verify } from "./advice";
import { field } from "./reading";

/** In bytes: below it, a small server always looks fragmented. */
const MIN_FRAGMENTS = 100 * 1024 ** 2;

const oldSessions = (n: Names) =>
  [
    "see which old sessions would go, and how many; the same with --yes deletes them, and keeps them in that file",
    `bin/redis-ops sessions delete ${n.stack} --older-than 12h --save-to old-sessions.saved`,
  ] as const;

export const memoryExhaustion: Incident = {
  name: "memory-exhaustion",
  title: "Redis' memory is used up",
  symptoms: [
    "writes fail with `OOM command not allowed when used memory > 'maxmemory'.`; reads work",
    "`used_memory` is near `maxmemory`",
  ],
  steps: [
    step({
      looks: "the memory of the data, compared with maxmemory and the service's thresholds",
      command: (n) => n.redis("INFO", "memory"),
      fine: "There is room, or the policy makes room for each write by evicting any key.",
      outcomes: {
        full: {
          severity: "critical",
          title: "maxmemory is reached, and writes are refused",
          means: "Nothing is lost: Redis keeps what it has and takes no more. Reads and deletes work.",
          next: (n) => [
            ["take a copy first", `bin/redis-ops backup create ${n.stack}`],
            ...applyLive(
              n,
              "quickest way to room, where the container has it: raise maxmemory in config/services/",
            ),
            ["see what is big", `bin/redis-ops memory ${n.stack} --keys`],
            oldSessions(n),
            ["deploy the larger limit", `bin/up ${n.stack}`],
          ],
        },
        critical: {
          severity: "critical",
          title: "memory is above the critical threshold",
          means: "At maxmemory, writes fail, or keys are evicted that somebody needs.",
          next: (n) => [
            ["see what is big", `bin/redis-ops memory ${n.stack} --keys`],
            ...applyLive(n, "raise maxmemory in config/services/"),
            oldSessions(n),
          ],
        },
        warning: {
          severity: "warning",
          title: "memory is above the threshold",
          means: "There is time to see what grows, and to plan for more.",
          next: (n) => [
            ["see what is big", `bin/redis-ops memory ${n.stack} --keys`],
            [
              "see how much of the container is left",
              `bin/redis-ops diagnose ${n.stack} --incident out-of-memory-kill`,
            ],
          ],
        },
        unlimited: {
          severity: "warning",
          title: "maxmemory is not set on the running server",
          means: "Redis grows until the kernel kills it. Somebody set it to 0.",
          next: (n) => applyLive(n),
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "maxmemory", (maxmemory) => {
            if (maxmemory === 0) {
              return { outcome: "unlimited", saw: "maxmemory 0" };
            }
            const used = countedMemory(info);
            const policy = info.get("maxmemory_policy");
            const percent = (used / maxmemory) * 100;
            const saw = `${bytesText(used)} of ${bytesText(maxmemory)} (${percent.toFixed(0)} %), ${policy}`;
            if (evictsAnything(policy)) {
              return ok(`${saw}: it evicts instead of filling up`);
            }
            const { memory } = facts.props.thresholds;
            if (refusesWrites(info, { maxmemory, policy }, memory)) {
              const refusals = refusedWrites(info);
              const evidence =
                refusals === 0 ? [] : [`${refusals} commands were refused with OOM since the start`];
              return { outcome: "full", saw, evidence };
            }
            const level = levelAbove(percent, memory);
            return level === undefined
              ? ok(saw)
              : { outcome: level, saw: `${saw}, threshold ${memory[level]} %` };
          }),
        ),
    }),
    step({
      looks: "maxmemory and its policy, compared with the configured ones",
      command: (n) => n.redis("INFO", "memory"),
      fine: "The server works with what is configured.",
      outcomes: {
        lowered: {
          severity: "critical",
          title:
            "writes are refused because the server runs with another maxmemory or policy than is configured",
          means:
            "With what is configured there is room. Somebody set it by CONFIG SET, or the configuration was not deployed yet.",
          next: (n) => [...applyLive(n), verify(n)],
        },
        drift: {
          severity: "warning",
          title: "the server runs with another maxmemory or policy than is configured",
          means:
            "Somebody set it by CONFIG SET, or the configuration was not deployed yet. The next start takes it back.",
          next: (n) => applyLive(n),
        },
      },
      judge: (facts) =>
        from(facts.info, (info) => {
          const { maxmemory, maxmemoryPolicy } = facts.props.server;
          const running = infoNumber(info, "maxmemory") ?? 0;
          const policy = info.get("maxmemory_policy") ?? "";
          const saw = `${bytesText(running)}, ${policy}`;
          const configured = { maxmemory: maxmemory.toBytes(), policy: maxmemoryPolicy };
          if (running === configured.maxmemory && policy === maxmemoryPolicy) {
            return ok(saw);
          }
          const refuses = (limit: Parameters<typeof refusesWrites>[1]) =>
            refusesWrites(info, limit, facts.props.thresholds.memory);
          return {
            outcome: refuses({ maxmemory: running, policy }) && !refuses(configured) ? "lowered" : "drift",
            saw: `${saw}; configured ${bytesText(configured.maxmemory)}, ${maxmemoryPolicy}`,
          };
        }),
    }),
    step({
      looks: "memory that the allocator holds and the data does not use (fragmentation)",
      command: (n) => n.redis("INFO", "memory"),
      fine: "It is little.",
      outcomes: {
        fragmented: {
          severity: "note",
          title: "the allocator holds half as much again as the data needs",
          means:
            "Keys of many sizes came and went. The container's limit has to hold it; a restart gives it back.",
          next: (n) => [
            ["see how much of the container is left", `bin/redis-ops memory ${n.stack}`],
            ...applyLive(n, "where the engine can: activedefrag in config/services/"),
          ],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "allocator_frag_bytes", (bytes) => {
            const data = infoNumber(info, "used_memory") ?? 0;
            const saw = `${bytesText(bytes)} beside ${bytesText(data)}`;
            return bytes > MIN_FRAGMENTS && bytes > data / 2 ? { outcome: "fragmented", saw } : ok(saw);
          }),
        ),
    }),
    step({
      looks: "the memory of clients' buffers",
      command: (n) => n.redis("INFO", "memory"),
      fine: "They are small.",
      outcomes: {
        buffers: {
          severity: "warning",
          title: "clients' buffers take a tenth of maxmemory and more",
          means: "A client asks for much and reads it slowly, or sends much at once. It counts as data does.",
          next: (n) => [["which clients", `bin/redis-ops clients ${n.stack}`]],
        },
      },
      judge: (facts) =>
        from(facts.info, (info) =>
          field(info, "mem_clients_normal", (bytes) => {
            const maxmemory = infoNumber(info, "maxmemory") ?? 0;
            return maxmemory > 0 && bytes > maxmemory / 10
              ? { outcome: "buffers", saw: bytesText(bytes) }
              : ok(bytesText(bytes));
          }),
        ),
    }),
    step({
      looks: "the memory of the container, without the cache of files, compared with its limit",
      command: (n) => `docker stats --no-stream ${n.container}`,
      fine: "There is room for a copy.",
      outcomes: {
        "container-full": {
          severity: "warning",
          title: "the container has used nine tenths of its memory",
          means: "The next snapshot, or a client with large answers, may make the kernel kill it.",
          next: (n) => [
            ["see what the limit is for", `bin/redis-ops memory ${n.stack}`],
            [
              `raise memory in config/services/${n.service}.ts, and deploy: it needs no new container`,
              `bin/up ${n.stack}`,
            ],
          ],
        },
      },
      judge: (facts) =>
        from(facts.inside, ({ memoryUsed }) => {
          const limit = containerOf(facts)?.memoryLimit ?? 0;
          if (memoryUsed === undefined || limit === 0) {
            return unknown("the container has no limit, or the kernel does not tell what it uses");
          }
          const saw = `${bytesText(memoryUsed)} of ${bytesText(limit)}`;
          return memoryUsed > limit * 0.9 ? { outcome: "container-full", saw } : ok(saw);
        }),
    }),
  ],
  never: [
    'Do not FLUSHDB to "force eviction": it removes everything, sessions, locks and limits with it.',
    "Do not delete by `KEYS … | xargs … DEL`: KEYS stops the server, keys with blanks break, and DEL of a big value blocks.",
    "Do not delete what has no date for being old: a session without `createdAt` is not one from 1970.",
    "Do not trust `--bigkeys` to find what takes memory: it ranks by number of elements, not by bytes.",
  ],
};
