import type { StoreProps } from "../../core/store-props";
import { ageText } from "../amounts";
import { keyText } from "../keys/key-text";
import { unlessError } from "../keys/scan-keys";
import { countText, JOBS } from "../keys/subject";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { readJobs } from "./read-jobs";
import {
  type Job,
  momentOf,
  queueKey,
  REGISTRIES,
  registryKey,
  STATES,
  type State,
  takenKey,
  workersKey,
} from "./rq";

type Live = Pick<LiveRedis, "batch">;

/** Workers of a queue that are looked at. */
const MAX_WORKERS = 1000;

/** A queue of RQ. */
export interface Queue {
  readonly name: Buffer;
  readonly counts: Readonly<Record<State, number>>;
  /** Taken by a worker, and not started yet. */
  readonly taken: number;
  /** The job that is next. Undefined: none waits, or its hash is gone. */
  readonly next?: Job;
  readonly workers: Workers;
}

export interface Workers {
  readonly alive: number;
  /** Registered, and their hash has expired: they ended without saying so. */
  readonly gone: number;
}

/** How many jobs of a queue are in which state, who works on it, and what is next. */
export async function readQueue(live: Live, name: Buffer): Promise<Queue> {
  const replies = await live.batch([
    ["LLEN", queueKey(name)],
    ...registryStates.map((state): Command => ["ZCARD", registryKey(state, name)]),
    ["LLEN", takenKey(name)],
    ["LINDEX", queueKey(name), 0],
  ]);
  const counts = Object.fromEntries(
    STATES.map((state, at) => [state, Number(unlessError(replies[at]))]),
  ) as Record<State, number>;
  const [taken, first] = replies.slice(STATES.length).map(unlessError);
  const [next] = Buffer.isBuffer(first) ? await readJobs(live, [first]) : [];
  return {
    name,
    counts,
    taken: Number(taken),
    ...(next === undefined ? {} : { next }),
    workers: await readWorkers(live, name),
  };
}

const registryStates = Object.keys(REGISTRIES) as Exclude<State, "queued">[];

async function readWorkers(live: Live, queue: Buffer): Promise<Workers> {
  const [members] = await live.batch([["SSCAN", workersKey(queue), 0, "COUNT", MAX_WORKERS]]);
  const [, keys] = unlessError(members) as readonly [Buffer, readonly Buffer[]];
  const replies = await live.batch(
    keys.flatMap((key): Command[] => [
      ["EXISTS", key],
      ["HEXISTS", key, "death"],
    ]),
  );
  const isThere = keys.map((_, at) => replies[2 * at] === 1);
  const isDead = keys.map((_, at) => replies[2 * at + 1] === 1);
  return {
    alive: keys.filter((_, at) => isThere[at] && !isDead[at]).length,
    gone: keys.filter((_, at) => !isThere[at]).length,
  };
}

/** How long the next job of a queue has waited, in milliseconds. Undefined: none waits, or it does not say since when. */
export function waitedFor({ next }: Queue, now: number): number | undefined {
  const since = next === undefined ? undefined : momentOf(next, "enqueued_at", now);
  return since === undefined ? undefined : Math.max(0, now - since);
}

/** Whether jobs wait and no worker is there. That alone is not stuck: a worker may be started for what waits. */
const isUnattended = ({ counts, workers }: Queue) => counts.queued > 0 && workers.alive === 0;

/** Queues that are told by name. */
const MAX_UNATTENDED = 10;

/** The queues in which jobs wait, and for which no worker is there. Undefined: there is none. */
export function unattendedText(queues: readonly Queue[], now: number): string | undefined {
  const unattended = queues.filter(isUnattended);
  const texts = unattended.slice(0, MAX_UNATTENDED).map((queue) => {
    const waited = waitedFor(queue, now);
    const first = waited === undefined ? "" : `, the next one for ${ageText(waited / 1000)}`;
    return `${keyText(queue.name)} (${countText(JOBS, queue.counts.queued)}${first})`;
  });
  const more = unattended.length - texts.length;
  return texts.length === 0
    ? undefined
    : `no worker, and jobs wait: ${texts.join(", ")}${more > 0 ? ` and ${more} more` : ""}. ` +
        "Next: start a worker, or look why it ended";
}

/** A list, or the like, of another library: what it is, how long, and how large its ends are. */
export interface OtherQueue {
  readonly key: Buffer;
  readonly store: StoreProps;
  readonly type: string;
  readonly length: number;
  /** Bytes of the first and the last element of a list. Undefined: no list, or elements that may be large. */
  readonly ends?: readonly [number, number];
}

const LENGTHS: Readonly<Record<string, string>> = {
  list: "LLEN",
  set: "SCARD",
  zset: "ZCARD",
  stream: "XLEN",
};

const MAX_ELEMENT_BYTES = 65_536;

/** What keys of other libraries are. Left out: what is no list, set, sorted set or stream, such as the hash of a job. */
export async function readOtherQueues(
  live: Live,
  keys: readonly { readonly key: Buffer; readonly store: StoreProps }[],
): Promise<readonly OtherQueue[]> {
  const types = await live.batch(keys.map(({ key }) => ["TYPE", key]));
  const typed = keys.flatMap((one, at) => {
    const type = `${unlessError(types[at])}`;
    const length = LENGTHS[type];
    return length === undefined ? [] : [{ ...one, type, length }];
  });
  const replies = await live.batch(
    typed.flatMap(({ key, length }): Command[] => [
      [length, key],
      ["MEMORY", "USAGE", key],
    ]),
  );
  const queues = typed.flatMap(({ key, store, type }, at) => {
    const length = replies[2 * at];
    return typeof length === "number" && length > 0
      ? [{ key, store, type, length, bytes: Number(replies[2 * at + 1] ?? 0) }]
      : [];
  });
  const small = queues.filter(
    ({ type, bytes, length }) => type === "list" && bytes / length < MAX_ELEMENT_BYTES,
  );
  const ends = await live.batch(
    small.flatMap(({ key }): Command[] => [
      ["LINDEX", key, 0],
      ["LINDEX", key, -1],
    ]),
  );
  return queues.map(({ bytes: _, ...queue }) => {
    const at = small.findIndex(({ key }) => key === queue.key);
    return at < 0 ? queue : { ...queue, ends: [sizeOf(ends[2 * at]), sizeOf(ends[2 * at + 1])] as const };
  });
}

const sizeOf = (reply: Reply | undefined) => (Buffer.isBuffer(reply) ? reply.length : 0);
