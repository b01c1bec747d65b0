import { Size } from "./size";

/** What the memory of a container is for: a share of `maxmemory`, and an amount that is always the same. */
export interface MemoryPart {
  readonly name:
    | "dataset"
    | "fragmentation"
    | "copy-on-write"
    | "AOF rewrite"
    | "client buffers"
    | "replication backlog"
    | "base";
  /** In percent of `maxmemory`. */
  readonly percent: number;
  readonly fixed: Size;
  /** Why so much, or why nothing: the manual or the measurement behind it. */
  readonly why: string;
}

/** A part of one container's memory. */
export interface BudgetedPart extends MemoryPart {
  /** Rounded down to whole bytes. */
  readonly amount: Size;
}

export interface MemoryBudget {
  readonly parts: readonly BudgetedPart[];
  /** What the limit has beyond its parts, in bytes. Negative: so much is missing. */
  readonly leftOver: number;
}

const NONE = Size.bytes(0);

const DATASET: MemoryPart = {
  name: "dataset",
  percent: 100,
  fixed: NONE,
  why: "What maxmemory counts: keys, values and what Redis knows about them, and the buffers of clients.",
};

const CLIENT_BUFFERS: MemoryPart = {
  name: "client buffers",
  percent: 0,
  fixed: NONE,
  why: "Counted within maxmemory, so that they push out data and not the server.",
};

/**
 * Measured on 7.0.15, in the container's control group: an empty server 3.7 MiB, with 9,990 idle connections 31.8 MiB, of
 * which the kernel has 15.2; a health probe 2.2 MiB while it runs.
 */
const BASE: MemoryPart = {
  name: "base",
  percent: 0,
  fixed: Size.mebibytes(32),
  why: "An empty server with 9,990 idle connections took 31.8 MiB, half of it in the kernel.",
};

/**
 * Measured on 7.0.15 with `maxmemory 256mb` and every key rewritten during the fork: 535 MiB resident during BGSAVE (259 MB
 * copied), 506 MiB during BGREWRITEAOF (234 MB copied); containers of 256, 384 and 512 MiB were killed by the kernel,
 * 640 MiB lived. With `maxmemory 128mb` a container of 347 MiB lived through 61 forks while all values changed their sizes,
 * from 100 B to 1 KiB and on to 16 KiB: 324 MiB at the peak, of which 4 MiB were writes that waited for the disk.
 */
const PERSISTENT: readonly MemoryPart[] = [
  DATASET,
  {
    name: "fragmentation",
    percent: 20,
    fixed: NONE,
    why: "1.05 to 1.13 times the data was resident with values of one size; while no copy is made, its room is there too.",
  },
  {
    name: "copy-on-write",
    percent: 100,
    fixed: NONE,
    why: "BGSAVE and BGREWRITEAOF fork: with every key rewritten meanwhile, 1.01 times maxmemory was copied.",
  },
  {
    name: "AOF rewrite",
    percent: 0,
    fixed: Size.mebibytes(32),
    why: "Its copy is the one above, since it never runs beside a snapshot. Writes that wait for a busy disk come on top.",
  },
  CLIENT_BUFFERS,
  {
    name: "replication backlog",
    percent: 0,
    fixed: Size.mebibytes(1),
    why: "repl-backlog-size, for the first replica. What a slow replica has not read beyond it, maxmemory does not count.",
  },
  BASE,
];

/**
 * Without persistence there is no fork, and nearly as much is needed: memory that held values of another size cannot be
 * used again. Measured on 7.0.15 with `maxmemory 128mb` and `allkeys-lru`: 1.03 to 1.10 times the data resident while
 * values keep their sizes; 1.3 to 1.6 times, and 2.1 at the peak, while all of them change as above. Containers of 192 and
 * 256 MiB were killed by the kernel, one of 347 MiB, which is what follows from these parts, lived. It did not live through
 * the same change with 50 clients that sent 64 values at a time; 420 MiB did (docs/decisions/011-memory-of-a-cache.md).
 */
const VOLATILE: readonly MemoryPart[] = [
  DATASET,
  {
    name: "fragmentation",
    percent: 120,
    fixed: NONE,
    why: "1.03 to 1.10 times the data was resident while values kept their sizes; 2.1 times when all sizes changed at once.",
  },
  { name: "copy-on-write", percent: 0, fixed: NONE, why: "Nothing is written to disk, so nothing forks." },
  { name: "AOF rewrite", percent: 0, fixed: NONE, why: "There is no append-only file." },
  {
    ...CLIENT_BUFFERS,
    fixed: Size.mebibytes(33),
    why: "Counted within maxmemory; what many clients send at once is there before Redis evicts for it.",
  },
  {
    name: "replication backlog",
    percent: 0,
    fixed: NONE,
    why: "No replica: a server that starts empty would empty it too.",
  },
  BASE,
];

/** Largest share of the container's limit that `maxmemory` may take, whatever is stored. */
export const MAX_MAXMEMORY_SHARE = 0.8;

/** Smallest container limit that may be given: 28 MiB of data with persistence. */
export const MIN_MEMORY_LIMIT = Size.mebibytes(128);

/**
 * Measured on 7.0.15 as growth of `used_memory` with 9,990 connections: 2,261 bytes each after some seconds without a
 * command, 37,803 bytes each for two seconds after one. 7.2 and 7.4 have the same buffers; 8.0 shares the one that is read
 * into (https://github.com/redis/redis/pull/13488).
 */
const CLIENT = { idle: 2304, busy: 37_888 };

/** Whether Redis forks to write its data: the append-only file is rewritten, snapshots are taken. */
export function isPersistent(persistence: {
  readonly appendonly: boolean;
  readonly save: readonly unknown[];
}): boolean {
  return persistence.appendonly || persistence.save.length > 0;
}

/** What the memory beside the data is for. The container's limit is the sum of these parts. */
export function memoryParts(persistent: boolean): readonly MemoryPart[] {
  return persistent ? PERSISTENT : VOLATILE;
}

/** The container limit for a given `maxmemory`, in whole MiB. */
export function memoryLimitFor(maxmemory: Size, persistent: boolean): Size {
  const { percent, base } = sumOf(memoryParts(persistent));
  return Size.mebibytes(Math.ceil((maxmemory.toBytes() * percent) / (100 * 1024 ** 2)) + base.toMebibytes());
}

/** The `maxmemory` for a given container limit, in whole MiB; at least 1 MiB. */
export function maxmemoryFor(limit: Size, persistent: boolean): Size {
  const { percent, base } = sumOf(memoryParts(persistent));
  return Size.mebibytes(
    Math.max(1, Math.floor(((limit.toMebibytes() - base.toMebibytes()) * 100) / percent)),
  );
}

/** How the derived value came about, for people. */
export function memoryArithmetic(given: "maxmemory" | "limit", persistent: boolean): string {
  const { percent, base } = sumOf(memoryParts(persistent));
  const factor = percent / 100;
  return given === "maxmemory" ? `${factor} × maxmemory + ${base}` : `(limit - ${base}) / ${factor}`;
}

/** What the memory of a container is for, and what is left over of it. */
export function memoryBudget(
  server: { readonly maxmemory: Size; readonly memoryLimit: Size },
  persistent: boolean,
): MemoryBudget {
  const parts = memoryParts(persistent).map((part) => ({
    ...part,
    amount: Size.bytes(shareOf(server.maxmemory, part.percent).toBytes() + part.fixed.toBytes()),
  }));
  const needed = parts.reduce((sum, { amount }) => sum + amount.toBytes(), 0);
  return { parts, leftOver: server.memoryLimit.toBytes() - needed };
}

/** `percent` of an amount, rounded down to whole bytes: a threshold of `maxmemory`, say. */
export function shareOf(amount: Size, percent: number): Size {
  return Size.bytes(Math.floor((amount.toBytes() * percent) / 100));
}

/**
 * Share of `maxmemory` that the buffers of so many clients take, in percent: `idle`, or `busy` when all of them send a
 * command within two seconds, which is what they do after a restart. Above 100 they leave no room for data: with
 * `maxmemory 256mb`, 9,000 clients that sent one PING each made `allkeys-lru` evict 76,154 of 150,000 keys, and
 * `noeviction` refuse every write. `maxmemory-clients 5%` disconnected 8,644 of them, and no key was lost.
 */
export function clientsShare(
  clients: number,
  maxmemory: Size,
): { readonly idle: number; readonly busy: number } {
  const share = (bytes: number) => Math.ceil((100 * clients * bytes) / maxmemory.toBytes());
  return { idle: share(CLIENT.idle), busy: share(CLIENT.busy) };
}

/** Clients whose buffers, with all of them busy, take `percent` of `maxmemory` at most; 1 or more. */
export function maxclientsFor(maxmemory: Size, percent: number): number {
  return Math.max(1, Math.floor(shareOf(maxmemory, percent).toBytes() / CLIENT.busy));
}

/** In whole percent: 2.2 × 200 is more than 440 where numbers are binary. */
function sumOf(parts: readonly MemoryPart[]): { readonly percent: number; readonly base: Size } {
  const percent = parts.reduce((sum, part) => sum + part.percent, 0);
  const fixed = parts.reduce((sum, part) => sum + part.fixed.toBytes(), 0);
  return { percent, base: Size.bytes(fixed) };
}
