import { Size } from "./size";

/**
 * Room for the memory that Redis needs beside its data.
 *
 * Measured on 7.0.15 with `maxmemory 256mb` and every key rewritten during the fork: 535 MiB resident
 * during BGSAVE, 506 MiB during BGREWRITEAOF; containers of 256, 384 and 512 MiB were killed by the
 * kernel, 640 MiB lived. Without persistence there is no fork: 1.05 to 1.13 times the data.
 */
const ROOM = {
  persistent: { factor: 2.2, base: Size.mebibytes(65) },
  volatile: { factor: 1.25, base: Size.mebibytes(32) },
} as const;

/** Largest share of the container's limit that `maxmemory` may take, whatever is stored. */
export const MAX_MAXMEMORY_SHARE = 0.8;

/** Smallest container limit that may be given: 28 MiB of data with persistence. */
export const MIN_MEMORY_LIMIT = Size.mebibytes(128);

const roomFor = (persistent: boolean) => (persistent ? ROOM.persistent : ROOM.volatile);

/** The container limit for a given `maxmemory`, in whole MiB. */
export function memoryLimitFor(maxmemory: Size, persistent: boolean): Size {
  const { factor, base } = roomFor(persistent);
  return Size.mebibytes(Math.ceil((maxmemory.toBytes() * factor) / 1024 ** 2) + base.toMebibytes());
}

/** The `maxmemory` for a given container limit, in whole MiB; at least 1 MiB. */
export function maxmemoryFor(limit: Size, persistent: boolean): Size {
  const { factor, base } = roomFor(persistent);
  return Size.mebibytes(Math.max(1, Math.floor((limit.toMebibytes() - base.toMebibytes()) / factor)));
}

/** How the derived value came about, for people. */
export function memoryArithmetic(given: "maxmemory" | "limit", persistent: boolean): string {
  const { factor, base } = roomFor(persistent);
  return given === "maxmemory" ? `${factor} × maxmemory + ${base}` : `(limit - ${base}) / ${factor}`;
}
