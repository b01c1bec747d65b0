import { command, does, refused } from "./row";
import { shown } from "./shared";

/** What people on call and those who watch do, which more than one description needs. */

const looksAtSessions = shown(
  "engine/sessions",
  "counts, lists, shows and tells TTLs, with odd keys and without secrets",
);

const deletesSessions = shown(
  "engine/sessions",
  "deletes nothing without --yes, keeps what it deletes, and puts it back with its TTL",
);

export const sessionsList = command(
  "redis-ops sessions list",
  "lists whose they are, how old, and how long they live, by SCAN",
  looksAtSessions,
  { differs: "KEYS keeps every client waiting", traps: ["T8"] },
);

export const sessionsCount = command(
  "redis-ops sessions count",
  "prints the number of sessions alone, and says beside it what could not be read",
  looksAtSessions,
  { differs: "lines are not sessions", traps: ["T8", "T9"] },
);

export const sessionsShow = command(
  "redis-ops sessions show --key KEY",
  "shows the fields of a session, and hides what looks like a secret",
  looksAtSessions,
);

export const sessionsTtl = command(
  "redis-ops sessions ttl --key KEY",
  "tells how long one lives, and what -1 and -2 mean; without a key, how many live how long",
  looksAtSessions,
);

export const sessionsDeleteOne = command(
  "redis-ops sessions delete --key KEY",
  "shows what it would delete, and deletes it with --yes; keys with blanks and quotes are written as they are listed",
  deletesSessions,
);

export const sessionsDeleteAll = command(
  "redis-ops sessions delete --all --save-to FILE",
  "says how many there are and shows some; with --yes it keeps them in a file and deletes them by UNLINK",
  deletesSessions,
  {
    differs: "nothing asks before DEL, and what is gone cannot be had back",
    traps: ["T8", "T10"],
  },
);

export const sessionsRestore = command(
  "redis-ops sessions restore --from FILE",
  "says how many can be put back; with --yes puts deleted sessions back, each with what is left of its TTL",
  deletesSessions,
);

export const sessionsByField = command(
  "redis-ops sessions delete --organisation ID",
  "deletes by a field of the session, if it is still so in that moment; what cannot be read stays, and is counted",
  shown("engine/sessions", "deletes exactly what the filters mean, whatever somebody else does meanwhile"),
  { differs: "the loop deletes what was changed meanwhile, too", traps: ["T11"] },
);

export const sessionsByAge = command(
  "redis-ops sessions delete --older-than 12h",
  "deletes by age; a session without a date that can be read stays",
  shown("ops/keys/plausible-date", "%p is no date"),
  { differs: "the loop takes a missing date for 1970", traps: ["T12"] },
);

export const sessionsOfPerson = [
  command(
    "redis-ops sessions show --user NAME --reveal --limit 1000 --json",
    "exports what the sessions of a person say",
    looksAtSessions,
  ),
  command(
    "redis-ops sessions delete --user NAME",
    "erases them, and says in a line for the trail when, by which filters, and how many",
    deletesSessions,
  ),
];

export const cacheDelete = command(
  "redis-ops cache delete --match PATTERN",
  "shows which keys of the cache a pattern means, and clears them with --yes; other keys are out of its reach",
  shown("engine/stores", "clears a pattern only when it is told to, and puts it back"),
);

export const hotCommands = command(
  "redis-ops hot --monitor TIME",
  "shows the commands and keys in use; MONITOR for 10 s at most, if it is asked for, with its cost and without any value",
  shown(
    "engine/look",
    "counts commands, samples keys, and sees with MONITOR which keys are used, without their names",
  ),
  { differs: "MONITOR without an end slows the server, and prints tokens", traps: ["T53"] },
);

export const memoryNow = command(
  "redis-ops memory",
  "shows what is used now and at its peak, what was evicted or has expired, and what the container has",
  shown(
    "engine/memory-of-keys",
    "memory shows what the running server and its container use, behind what the limit is for",
  ),
);

export const memoryKeys = command(
  "redis-ops memory --keys",
  "shows the biggest keys by bytes, and what each prefix, type and TTL takes",
  shown(
    "engine/memory-of-keys",
    "every key is counted once, by bytes and not by elements, under a password and with renamed commands",
  ),
  { differs: "`--bigkeys` counts elements", traps: ["T55"] },
);

export const slowLog = command(
  "redis-ops slow",
  "shows the slow log by the commands' shapes, without their values, and what to use instead",
  shown("engine/look", "shows what was slow by the commands' shapes, and none of their values"),
);

export const clientsNow = command(
  "redis-ops clients",
  "shows who is connected, who waits for what, and who was forgotten",
  shown("engine/look", "tells the clients apart, says who is blocked by what, and leaves itself out"),
);

export const latencyNow = command(
  "redis-ops latency",
  "shows percentiles of each command and of a PING, and what Redis itself found slow",
  shown("engine/look", "measures what took how long, in the units that it says"),
);

export const status = command(
  "redis-ops status",
  "shows state, version, memory, clients, hits, saves and backups of every stack on one screen",
  shown(
    "engine/look",
    "shows a stack that is well, one that is stopped by force, one that hangs, and one that is gone",
  ),
);

export const monitoringWrite = command(
  "redis-ops monitoring write",
  "writes rules, scrape configuration, dashboards and an example for Alertmanager, from the services' files",
  shown("ops/monitoring", "monitoring write writes all of them, and leaves what is the same as it was"),
);

export const dashboards = does(
  "a dashboard for each service and one for all: every panel's query has an answer of a real Prometheus",
  shown("engine/dashboards", "%s: every query has an answer"),
);

export const firesAndResolves = shown(
  "engine/promtool",
  "every alert fires, stays quiet and resolves when it should",
);

export const everyAlert = does(
  "every alert fires when it should, stays quiet, and resolves",
  firesAndResolves,
);

export const realAlerts = does(
  "a real Prometheus of real stacks sees them fire when something is done, and stop when it is mended",
  shown("engine/alerts", "$what: $alert fires, says whom to call and what to read, and stops"),
);

export const quietAlerts = does(
  "nothing fires while nothing happens",
  shown("engine/promtool", "nothing fires for an hour in which nothing happens"),
);

/** Servers that belong together, as a stack that grows to none is asked for them. `stack`: of `service`. */
export const oneServer = (stack: string, service: string) => [
  refused("a cluster", "a stack is one server, whose `memory.maxmemory` is one line", ["T37"], {
    stack,
    service: { directives: { "cluster-enabled": "yes" } },
    answer: { problem: `${service}.directives.cluster-enabled: ` },
  }),
  refused(
    "replicas, which Sentinel needs",
    "a stack is one server, which is started again with its data",
    ["T38"],
    {
      stack,
      service: { directives: { replicaof: "other 6379" } },
      answer: { problem: `${service}.directives.replicaof: ` },
    },
  ),
];
