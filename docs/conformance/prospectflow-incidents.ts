import { memoryKeys, memoryNow, sessionsByAge, sessionsRestore } from "./day-two";
import { command, does, of, type Row } from "./row";
import { appliesLimits, comesBack, shown } from "./shared";

/** Incidents that are made to happen on a deployed stack: found first, and mended by what was advised, with all data. */
const INJECTED = shown("engine/incident-server", "$what: $finds.0");

const prod = of("prospectflow-prod");

/** What the runbook says about incidents. */
export const prospectflowIncidents: readonly Row[] = [
  {
    id: "3.2.15",
    says: "Unresponsive (503): `ps`, `logs --tail=100`, `docker stats`, `free -m`, `df -h`, restart, recreate",
    facts: [
      comesBack,
      does(
        "replaced or stopped, it has saved first",
        shown("engine/lifecycle", "has kept every key and has an empty plan again"),
        { traps: ["T50"] },
      ),
      command(
        "redis-ops diagnose",
        "looks at container, log, kills, memory, disk, kernel and server; names the cause first, and the next safe step",
        INJECTED,
        { differs: "a restart hides the cause; a stack has one name for all of them", traps: ["T49"] },
      ),
      command(
        "redis-ops doctor",
        "looks at the host: memory, disk, kernel settings, clock, and what the stacks want of it",
        shown("engine/doctor", "a host is looked at through its engine, and nothing stays on it"),
      ),
      does(
        "[runbooks](runbooks/README.md) are written from the same steps",
        shown("ops/diagnose/runbook-pages", "the pages in docs/runbooks are what npm run runbooks writes"),
      ),
    ],
  },
  {
    id: "3.2.16",
    says: '`info memory | grep -E "(used_memory|maxmemory)"`; `--bigkeys`',
    facts: [memoryNow, memoryKeys],
  },
  {
    id: "3.2.17",
    says: "Delete sessions older than 12 hours (43200) by `createdAt`; raise to `maxmemory 512mb`",
    facts: [
      prod.value("stores.0.format.createdAt", "createdAt"),
      sessionsByAge,
      sessionsRestore,
      appliesLimits,
    ],
  },
  {
    id: "3.2.18",
    says: "Corruption: stop, `docker run … redis-check-aof --fix /data/appendonly.aof`",
    facts: [
      command(
        "redis-ops restore --repair",
        "says what it would cut off, repairs a copy, loads it, asks, and keeps the torn files",
        shown(
          "engine/restore-repair",
          "a torn set is repaired on a copy, which the server runs with, and the torn one is kept as it was",
        ),
        { differs: "--fix alone changes the only copy", traps: ["T1", "T14"] },
      ),
      does(
        "what cannot be cut is refused, and the newest backup is named",
        shown(
          "engine/restore-repair",
          "a base that is damaged is not cut: what helps is the newest backup, which is named",
        ),
        { traps: ["T14"] },
      ),
    ],
  },
  {
    id: "3.2.19",
    says: "If AOF corrupted: `rm data/appendonly.aof`, `up -d`",
    facts: [
      does(
        "a start that would ignore or replace good files is refused",
        shown(
          "engine/start-guard",
          "refuses what would be ignored or overwritten, starts with everything else, and touches nothing",
        ),
        { differs: "Redis would start empty, and replace the good snapshot", traps: ["T1", "T3"] },
      ),
      command(
        "redis-ops restore --from BACKUP",
        "works on a server that does not start",
        shown("engine/restore-failures", "gets a backup when its data is broken and it restarts in a loop"),
      ),
    ],
  },
  {
    id: "3.2.20",
    says: "If both corrupted: `rm data/*`, `up -d`, users log in again",
    facts: [
      command(
        "redis-ops verify --files",
        "tells MISCONF, where the data is in memory, from files that are damaged",
        shown(
          "engine/verify-files",
          "tells a snapshot that cannot be written from data that is lost, and says what not to do",
        ),
        { differs: "removing files loses what is in memory", traps: ["T13"] },
      ),
      command(
        "redis-ops diagnose",
        "finds what keeps Redis from saving; its steps mend MISCONF without a restart",
        INJECTED,
        { differs: "`rm data/*` loses good data", traps: ["T13"] },
      ),
      command(
        "redis-ops restore --empty",
        "starts with no data, removes none, and can be undone",
        shown("engine/restore-failures", "starts empty, undoes that, and discards what is kept"),
        { differs: "`rm data/*` leaves nothing to go back to" },
      ),
    ],
  },
];
