import { EXPLANATIONS, explains } from "../../../ops/diagnose/explanations";
import { findingsOf, takeSteps } from "../../../ops/diagnose/findings";
import { INCIDENTS } from "../../../ops/diagnose/incidents";
import { type Changes, DOWN, factsWith } from "../../support/diagnose-facts";

const ids = INCIDENTS.flatMap(({ name, steps }) =>
  steps.flatMap(({ outcomes }) => Object.keys(outcomes).map((outcome) => `${name}/${outcome}`)),
);

test("every pattern names outcomes that there are", () => {
  const patterns = EXPLANATIONS.flatMap(([cause, others]) => [cause, ...others]);
  const unmatched = patterns.filter((pattern) =>
    ids.every((id) => (pattern.endsWith("/*") ? !id.startsWith(pattern.slice(0, -1)) : id !== pattern)),
  );
  expect(unmatched).toEqual([]);
});

test("nothing explains itself by way of others, so that there is always a first cause", () => {
  const reaches = (from: string, to: string, seen: ReadonlySet<string>): boolean =>
    ids.some(
      (next) =>
        explains(from, next) &&
        !seen.has(next) &&
        (next === to || reaches(next, to, new Set([...seen, next]))),
    );
  expect(ids.filter((id) => reaches(id, id, new Set()))).toEqual([]);
});

/** Findings of one incident, as they are found together; the cause has to be the first of them. */
const TOGETHER: readonly (readonly [what: string, changes: Changes, inOrder: readonly string[]])[] = [
  [
    "a full disk",
    {
      volume: { free: 0 },
      container: { health: "unhealthy" },
      info: { rdb_last_bgsave_status: "err", aof_last_write_status: "err" },
      facts: { answer: { value: { kind: "misconf", said: "MISCONF" } } },
    },
    ["disk-full/full", "persistence-failure/aof-write", "unresponsive/unhealthy"],
  ],
  [
    "a server that works with less maxmemory than is configured, and is full",
    { info: { maxmemory: "1000", errorstat_OOM: "count=5", evicted_keys: "7" } },
    ["memory-exhaustion/lowered", "memory-exhaustion/full"],
  ],
  [
    "a script that does not end",
    {
      container: { health: "unhealthy" },
      facts: {
        answer: { value: { kind: "busy", said: "BUSY only call SCRIPT KILL" } },
        metrics: { value: "redis_up 0" },
      },
    },
    ["hung-script/script", "unresponsive/unhealthy", "exporter-absent/redis-not-up"],
  ],
  [
    "a server killed for memory",
    {
      container: { status: "exited", exitCode: 137, oomKilled: true },
      facts: { ...DOWN, metrics: { value: "redis_up 0" } },
    },
    ["out-of-memory-kill/killed", "stopped/killed", "exporter-absent/redis-not-up"],
  ],
  [
    "a file that is damaged",
    {
      container: { status: "restarting", exitCode: 1, restartCount: 4 },
      log: ["Bad file format reading the append only file"],
      facts: { ...DOWN, metrics: { value: "no answer" } },
    },
    ["data-corruption/bad-aof", "stopped/looping", "exporter-absent/redis-not-up"],
  ],
  [
    "a stack that was never deployed",
    {
      container: "none",
      volume: "none",
      facts: { ...DOWN, log: { unknown: "none" }, exporter: { value: "none" }, schedule: { value: "none" } },
    },
    ["stopped/not-deployed", "backup-overdue/not-running", "exporter-absent/exporter-stopped"],
  ],
  [
    "other passwords",
    {
      facts: {
        answer: { value: { kind: "denied", said: "WRONGPASS" } },
        secrets: { value: [{ volume: "v", file: "f", state: "out of date" }] },
        metrics: { value: "redis_up 0" },
      },
    },
    ["access-denied/ops-refused", "cannot-start/bad-secrets", "exporter-absent/redis-not-up"],
  ],
  [
    "two causes: the worse first, and a note last",
    { info: { role: "slave" }, inside: { overcommit: "0" }, container: { memoryLimit: 1 } },
    ["replication/replica", "memory-exhaustion/container-full", "out-of-memory-kill/overcommit"],
  ],
];

test.each(TOGETHER)("%s", (what, changes, inOrder) => {
  const found = findingsOf(takeSteps(factsWith(changes)));
  expect(found[0]?.id).toBe(inOrder[0]);
  const listed = found.filter(({ id }) => inOrder.includes(id));
  expect(listed.map(({ id }) => id)).toEqual(inOrder);
  expect(listed.slice(1).every(({ because }) => because !== undefined)).toBe(!what.startsWith("two causes"));
});
