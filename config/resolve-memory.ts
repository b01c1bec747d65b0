import { isPersistent, maxmemoryFor, memoryArithmetic, memoryLimitFor } from "../core/memory-budget";
import { InvalidValueError } from "../core/problem";
import { Size } from "../core/size";
import type { Decisions } from "./decisions";
import type { Persistence } from "./service";
import type { StackInput } from "./stack-input";

/**
 * Decides how much data and how much memory: one is given, the other derived. Where neither is given both stand for
 * nothing that is ever built: the gate `memory-limit` refuses it.
 */
export function resolveMemory(
  { deployment: { memory } }: StackInput,
  persistence: Persistence,
  field: string,
  decisions: Decisions,
): { memoryLimit: Size; maxmemory: Size; memoryReservation?: Size } {
  const persistent = isPersistent(persistence);
  const read = (name: "maxmemory" | "limit" | "reservation") =>
    memory[name] === undefined ? undefined : decisions.size(`${field}.memory.${name}`, memory[name]);
  const given = { maxmemory: read("maxmemory"), limit: read("limit"), reservation: read("reservation") };
  const maxmemory = given.maxmemory ?? maxmemoryFor(given.limit ?? Size.mebibytes(1), persistent);
  const memoryLimit =
    given.limit ??
    decisions.problems.read(`${field}.memory.maxmemory`, maxmemory, () =>
      writableLimit(maxmemory, persistent),
    );
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
    // Beside neither of the two a reservation cannot be judged.
    ...(given.reservation === undefined || (!given.maxmemory && !given.limit)
      ? {}
      : {
          memoryReservation: decisions.from("service", "server.memoryReservation", given.reservation),
        }),
  };
}

/** The limit of almost 1 PiB of data is more than can be written: what is told then is the data. */
function writableLimit(maxmemory: Size, persistent: boolean): Size {
  try {
    return memoryLimitFor(maxmemory, persistent);
  } catch (error) {
    throw error instanceof InvalidValueError
      ? new InvalidValueError(
          `"${maxmemory}"`,
          `less, since ${memoryArithmetic("maxmemory", persistent)} gives a limit of ${error.got}, and ${error.expected} can be written`,
          "write a smaller one",
        )
      : error;
  }
}
