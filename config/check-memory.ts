import { MAX_MAXMEMORY_SHARE, MIN_MEMORY_LIMIT } from "../core/memory-budget";
import type { Problems } from "../core/problem";
import { Size } from "../core/size";
import type { ResolvedStack } from "./resolve-stack";

/** Docker refuses less. */
const MIN_RESERVATION_MIB = 6;

/** Notes memory that cannot work: no data, or data that leaves no room for Redis to copy it. */
export function checkMemory(stack: ResolvedStack, problems: Problems): void {
  const field = `${stack.deploymentField}.memory`;
  const { maxmemory, memoryLimit, memoryReservation } = stack.props.server;
  checkWholeMebibytes(`${field}.limit`, memoryLimit, problems);
  checkWholeMebibytes(`${field}.reservation`, memoryReservation, problems);
  if (problems.has(`${field}.maxmemory`) || problems.has(`${field}.limit`)) {
    return;
  }
  if (maxmemory.toMebibytes() < 1) {
    problems.add({
      field: `${field}.maxmemory`,
      got: `${maxmemory}`,
      expected: "1 MiB or more; 0 means no limit to Redis",
      fix: "write the amount of data that the service may keep",
    });
  }
  if (
    memoryLimit.toBytes() < MIN_MEMORY_LIMIT.toBytes() &&
    stack.decisions.sourceOf("server.memoryLimit")?.kind === "service"
  ) {
    problems.add({
      field: `${field}.limit`,
      got: `${memoryLimit}`,
      expected: `${MIN_MEMORY_LIMIT} or more`,
      fix: "raise it, or leave it out and give maxmemory",
    });
  } else if (maxmemory.toBytes() > MAX_MAXMEMORY_SHARE * memoryLimit.toBytes()) {
    problems.add({
      field: `${field}.maxmemory`,
      got: `${maxmemory} of ${memoryLimit}`,
      expected: `${MAX_MAXMEMORY_SHARE} of the container's limit or less, or the kernel kills Redis before it evicts`,
      fix: "leave out limit, which is then derived with room for snapshots",
    });
  }
  if (
    memoryReservation !== undefined &&
    !problems.has(`${field}.reservation`) &&
    (memoryReservation.toMebibytes() < MIN_RESERVATION_MIB ||
      memoryReservation.toBytes() > memoryLimit.toBytes())
  ) {
    problems.add({
      field: `${field}.reservation`,
      got: `${memoryReservation} of ${memoryLimit}`,
      expected: `${MIN_RESERVATION_MIB} MiB or more, and no more than the container's limit`,
      fix: "write what the container needs when the host is short of memory, or leave it out",
    });
  }
}

/** The provider takes no smaller unit, and would cut off what is over. */
function checkWholeMebibytes(field: string, size: Size | undefined, problems: Problems): void {
  if (size !== undefined && !problems.has(field) && size.toBytes() % Size.mebibytes(1).toBytes() !== 0) {
    problems.add({
      field,
      got: `${size}`,
      expected: "whole MiB",
      fix: `write "${size.toMebibytes() + 1} MiB"`,
    });
  }
}
