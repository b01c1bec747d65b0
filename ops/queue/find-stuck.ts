import { ageText } from "../amounts";
import { unlessError } from "../keys/scan-keys";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { visible } from "../terminal";
import { JOBS_TOGETHER, readJobs } from "./read-jobs";
import {
  firstSeenKey,
  type Job,
  jobKey,
  momentOf,
  queueKey,
  registryKey,
  startedJob,
  takenKey,
  textOf,
  workerKey,
} from "./rq";

type Live = Pick<LiveRedis, "batch">;

/** Jobs of a queue that are looked at in each state: those that are next. */
export const MAX_LOOKED_AT = 1000;

/** RQ itself gives a job up that was taken longer ago and not started. */
const MAX_TAKEN_MS = 60_000;

/** A job that does not come to its end by itself. */
export interface Stuck {
  readonly job: Buffer;
  readonly state: "queued" | "taken" | "started";
  readonly why: string;
}

interface Entry {
  readonly member: Buffer;
  readonly job: Buffer;
  readonly state: Stuck["state"];
  /** Of a started one: the time until which its heartbeat holds, in milliseconds since 1970. */
  readonly until?: number;
}

/**
 * The stuck jobs among those that are next in a queue, and among those that are under way. What looks stuck is looked at a
 * second time, since a job may have ended in between.
 * @param maxWait - milliseconds that a job may wait, from the TTL that the stack declares for its jobs
 */
export async function findStuck(
  live: Live,
  queue: Buffer,
  now: number,
  maxWait: number | undefined,
): Promise<readonly Stuck[]> {
  const look = async () => stuckOf(live, queue, await entriesOf(live, queue), now, maxWait);
  const first = await look();
  if (first.length === 0) {
    return [];
  }
  const second = await look();
  const isSame = (one: Stuck, other: Stuck) => one.job.equals(other.job) && one.why === other.why;
  return first.filter((one) => second.some((other) => isSame(one, other)));
}

async function entriesOf(live: Live, queue: Buffer): Promise<readonly Entry[]> {
  const last = MAX_LOOKED_AT - 1;
  const [queued, taken, started] = (
    await live.batch([
      ["LRANGE", queueKey(queue), 0, last],
      ["LRANGE", takenKey(queue), 0, last],
      ["ZRANGE", registryKey("started", queue), 0, last, "WITHSCORES"],
    ])
  ).map((reply) => unlessError(reply) as readonly Buffer[]);
  const running = (started ?? []).flatMap((member, at, words): Entry[] =>
    at % 2 === 0
      ? [{ member, job: startedJob(member), state: "started", until: secondsOf(words[at + 1]) * 1000 }]
      : [],
  );
  const isRunning = new Set(running.map(({ job }) => job.toString("latin1")));
  return [
    ...(queued ?? []).map((job): Entry => ({ member: job, job, state: "queued" })),
    ...(taken ?? [])
      .filter((job) => !isRunning.has(job.toString("latin1")))
      .map((job): Entry => ({ member: job, job, state: "taken" })),
    ...running,
  ];
}

const secondsOf = (score: Buffer | undefined) =>
  `${score}` === "inf" ? Number.POSITIVE_INFINITY : Number(score);

async function stuckOf(
  live: Live,
  queue: Buffer,
  entries: readonly Entry[],
  now: number,
  maxWait: number | undefined,
): Promise<readonly Stuck[]> {
  const stuck: Stuck[] = [];
  for (let from = 0; from < entries.length; from += JOBS_TOGETHER) {
    const together = entries.slice(from, from + JOBS_TOGETHER);
    const jobs = await readJobs(
      live,
      together.map(({ job }) => job),
    );
    const replies = await live.batch(
      together.map(({ job, state }, at): Command => {
        const worker = jobs[at]?.fields.worker_name;
        return state === "taken"
          ? ["GET", firstSeenKey(queue, job)]
          : state === "started" && worker !== undefined
            ? ["EXISTS", workerKey(worker)]
            : ["EXISTS", jobKey(job)];
      }),
    );
    for (const [at, entry] of together.entries()) {
      const why = whyStuck(entry, jobs[at], replies[at], now, maxWait);
      if (why !== undefined) {
        stuck.push({ job: entry.job, state: entry.state, why });
      }
    }
  }
  return stuck;
}

/** @param reply - of a taken job when RQ first saw it, of a started one whether its worker is there */
function whyStuck(
  { state, until = Number.POSITIVE_INFINITY }: Entry,
  job: Job | undefined,
  reply: Reply | undefined,
  now: number,
  maxWait = Number.POSITIVE_INFINITY,
): string | undefined {
  if (job === undefined) {
    return "its hash is gone: it has expired, or was evicted or deleted";
  }
  if (state === "queued") {
    const since = momentOf(job, "enqueued_at", now) ?? now;
    return now - since > maxWait ? `waits longer than jobs live here: ${ageText(maxWait / 1000)}` : undefined;
  }
  if (state === "taken") {
    const seen = Buffer.isBuffer(reply) ? Number(`${reply}`) * 1000 : now;
    return now - seen > MAX_TAKEN_MS ? "a worker has taken it, and never started it" : undefined;
  }
  const worker = textOf(job, "worker_name");
  if (worker !== undefined && reply === 0) {
    return `its worker ${visible(worker)} is gone`;
  }
  return until < now ? `its heartbeat is overdue by ${ageText((now - until) / 1000)}` : undefined;
}
