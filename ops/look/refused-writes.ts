import { levelAbove } from "../../core/levels";
import type { LevelsProps } from "../../core/redis-stack-props";
import { type Info, infoGroup, infoNumber, partNumber } from "./info";

const NEARLY_FULL = 0.99;

/** Bytes that Redis compares with maxmemory: what it leaves out itself is not in them. */
export function countedMemory(info: Info): number {
  return (infoNumber(info, "used_memory") ?? 0) - (infoNumber(info, "mem_not_counted_for_evict") ?? 0);
}

/** Commands refused with OOM since the start. */
export function refusedWrites(info: Info): number {
  return partNumber(infoGroup(info, "errorstat_").get("OOM") ?? new Map(), "count") ?? 0;
}

/** Whether the policy makes room for every write, so that a full server is as it should be. */
export const evictsAnything = (policy: string | undefined) => policy?.startsWith("allkeys-") ?? false;

/**
 * Whether a server with this limit and policy refuses writes: it may evict nothing and is full, or it is above the critical
 * threshold and has refused some, which a policy does that finds nothing to evict.
 */
export function refusesWrites(
  info: Info,
  { maxmemory, policy }: { readonly maxmemory: number; readonly policy: string | undefined },
  memory: LevelsProps<number>,
): boolean {
  if (maxmemory === 0 || evictsAnything(policy)) {
    return false;
  }
  const used = countedMemory(info);
  return (
    (policy === "noeviction" && used >= maxmemory * NEARLY_FULL) ||
    (refusedWrites(info) > 0 && levelAbove((used / maxmemory) * 100, memory) === "critical")
  );
}
