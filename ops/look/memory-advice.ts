import { levelAbove } from "../../core/levels";
import type { LevelsProps } from "../../core/redis-stack-props";
import { bytesText } from "../amounts";
import type { MemoryNow } from "./memory-now";

/** Something about a server's memory that somebody should know. */
export interface MemoryAdvice {
  readonly id: string;
  readonly saw: string;
  /** An imperative sentence without a full stop. */
  readonly next: string;
}

/** What a rule is asked about. */
interface Asked {
  readonly now: MemoryNow;
  /** `used_memory` in percent of `maxmemory`. */
  readonly levels: LevelsProps<number>;
  /** The stack, for commands. */
  readonly id: string;
}

interface Rule {
  readonly id: string;
  readonly holds: (asked: Asked) => boolean;
  readonly saw: (asked: Asked) => string;
  readonly next: (asked: Asked) => string;
}

const MIB = 1024 ** 2;

/** Below it the server's own 10 MiB and the pages that are not full decide the ratio, and not the data. */
export const RATIO_MEANS_SOMETHING = 100 * MIB;

/** With `activedefrag` Redis acts from 10 % and 100 MB of waste on; its own MEMORY DOCTOR warns from 1.4. */
const MAX_FRAGMENTATION = 1.5;

/** From Redis' MEMORY DOCTOR (src/object.c, getMemoryDoctorReport): peak, buffers of a client, of a replica, scripts. */
const DOCTOR = { peak: 1.5, clientBuffer: 200 * 1024, replicaBuffer: 10 * MIB, cachedScripts: 1000 };

const MAX_SCRIPTS = 10 * MIB;
const NEAR_LIMIT = 0.9;

const isBig = ({ now }: Asked) => now.used >= RATIO_MEANS_SOMETHING;
const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(0)} %`;

const RULES: readonly Rule[] = [
  {
    id: "maxmemory-critical",
    holds: ({ now, levels }) => levelAbove(now.usedPercent ?? 0, levels) === "critical",
    saw: ({ now, levels }) =>
      `${now.usedPercent?.toFixed(1)} % of maxmemory is used, above ${levels.critical} % is critical`,
    next: ({ id }) =>
      `see who grows with bin/redis-ops memory ${id} --grow 10s, then docs/runbooks/memory-exhaustion.md`,
  },
  {
    id: "maxmemory-warning",
    holds: ({ now, levels }) => levelAbove(now.usedPercent ?? 0, levels) === "warning",
    saw: ({ now, levels }) =>
      `${now.usedPercent?.toFixed(1)} % of maxmemory is used, above ${levels.warning} % is worth a warning`,
    next: ({ id }) => `see what takes it with bin/redis-ops memory ${id} --keys`,
  },
  {
    id: "container-limit",
    holds: ({ now: { container } }) =>
      container !== undefined && container.used >= NEAR_LIMIT * container.limit,
    saw: ({ now: { container, isForking } }) =>
      `the container uses ${percent(container?.used ?? 0, container?.limit ?? 1)} of its limit${isForking ? ", while a copy is written" : ""}; at 100 % the kernel kills`,
    next: ({ id }) =>
      `raise memory.limit of ${id} in config/services, which bin/up changes without a restart`,
  },
  {
    id: "swap",
    holds: (asked) => isBig(asked) && (asked.now.fragmentation ?? 1) < 0.95,
    saw: ({ now }) =>
      `only ${bytesText(now.resident)} of ${bytesText(now.used)} is in memory: the rest was swapped out`,
    next: () => "free memory on the host; bin/redis-ops doctor looks at it",
  },
  {
    id: "peak",
    holds: (asked) => isBig(asked) && asked.now.peak > DOCTOR.peak * asked.now.used,
    saw: ({ now }) =>
      `the peak was ${bytesText(now.peak)}, and ${bytesText(now.used)} is used now: the process keeps pages of then`,
    next: () => "leave it: what is written next uses them",
  },
  {
    id: "fragmentation",
    holds: (asked) =>
      isBig(asked) &&
      (asked.now.fragmentation ?? 1) > MAX_FRAGMENTATION &&
      asked.now.peak <= DOCTOR.peak * asked.now.used,
    saw: ({ now }) =>
      `${now.fragmentation?.toFixed(2)} times the data is resident: ${bytesText(now.resident - now.used)} cannot be used`,
    next: () =>
      "set activedefrag: true for the service where its engine has it, or restart the server at a quiet time",
  },
  {
    id: "client-buffers",
    holds: ({ now }) => now.clientBuffers > DOCTOR.clientBuffer * Math.max(1, now.clients),
    saw: ({ now }) =>
      `${now.clients} clients have ${bytesText(now.clientBuffers)} of buffers, ${bytesText(now.clientBuffers / Math.max(1, now.clients))} each`,
    next: ({ id }) => `find those that ask for much and read slowly with bin/redis-ops clients ${id}`,
  },
  {
    id: "replica-buffers",
    holds: ({ now }) => now.replicaBuffers > DOCTOR.replicaBuffer,
    saw: ({ now }) => `replicas, or a backup, have ${bytesText(now.replicaBuffers)} that they have not read`,
    next: () => "wait for the backup to end, or look at the replica's network",
  },
  {
    id: "scripts",
    holds: ({ now }) => now.scripts > MAX_SCRIPTS || now.cachedScripts > DOCTOR.cachedScripts,
    saw: ({ now }) =>
      `${now.cachedScripts} scripts are kept, in ${bytesText(now.scripts)}; they go at a restart only`,
    next: () => "send values as ARGV and not in the text of the script, so that one text serves all",
  },
  {
    id: "overhead",
    holds: (asked) => isBig(asked) && (asked.now.overhead ?? 0) > asked.now.used / 2,
    saw: ({ now }) =>
      `${percent(now.overhead ?? 0, now.used)} of what is used is not data: entries of many small keys, or buffers`,
    next: () => "keep small values together in hashes",
  },
];

/** What a person should know of it, worst first; empty: nothing. Our own, since MEMORY DOCTOR knows no container. */
export function memoryAdvice(asked: Asked): readonly MemoryAdvice[] {
  return RULES.filter(({ holds }) => holds(asked)).map(({ id, saw, next }) => ({
    id,
    saw: saw(asked),
    next: next(asked),
  }));
}
