import { maxmemoryFor, memoryArithmetic, memoryLimitFor } from "../core/memory-budget";
import { Size } from "../core/size";
import type { Decisions } from "./decisions";
import type { Persistence } from "./service";
import type { StackInput } from "./stack-input";

/** Decides how much data and how much memory: one is given, the other derived. */
export function resolveMemory(
  { deployment: { memory } }: StackInput,
  persistence: Persistence,
  field: string,
  decisions: Decisions,
): { memoryLimit: Size; maxmemory: Size; memoryReservation?: Size } {
  const persistent = persistence.appendonly || persistence.save.length > 0;
  const given = {
    maxmemory: memory.maxmemory && decisions.size(`${field}.memory.maxmemory`, memory.maxmemory),
    limit: memory.limit && decisions.size(`${field}.memory.limit`, memory.limit),
  };
  if (!given.maxmemory && !given.limit) {
    decisions.problems.add({
      field: `${field}.memory`,
      got: "neither maxmemory nor limit",
      expected: "one of them; a Redis without a limit takes the whole host",
      fix: 'write memory: { maxmemory: "256 MiB" }',
    });
  }
  const maxmemory = given.maxmemory || maxmemoryFor(given.limit || Size.mebibytes(1), persistent);
  const memoryLimit = given.limit || memoryLimitFor(maxmemory, persistent);
  const note = (derivedFrom: "maxmemory" | "limit") => memoryArithmetic(derivedFrom, persistent);
  if (given.maxmemory) {
    decisions.from("service", "server.maxmemory", maxmemory);
  } else {
    decisions.from("derived", "server.maxmemory", maxmemory, note("limit"));
  }
  if (given.limit) {
    decisions.from("service", "server.memoryLimit", memoryLimit);
  } else {
    decisions.from("derived", "server.memoryLimit", memoryLimit, note("maxmemory"));
  }
  return {
    memoryLimit,
    maxmemory,
    ...(memory.reservation === undefined
      ? {}
      : {
          memoryReservation: decisions.size(
            `${field}.memory.reservation`,
            decisions.from("service", "server.memoryReservation", memory.reservation),
          ),
        }),
  };
}
