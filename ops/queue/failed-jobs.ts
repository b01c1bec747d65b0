import { deflateSync } from "node:zlib";
import { changeWatched } from "../keys/change-watched";
import { unlessError } from "../keys/scan-keys";
import type { Command } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { JOB_KEYS, type JobPlace, readPlaces } from "./job-places";
import { JOBS_TOGETHER, readJobs } from "./read-jobs";
import {
  dependenciesKey,
  dependentsKey,
  groupKey,
  type Job,
  jobKey,
  momentOf,
  QUEUES,
  queueKey,
  registryKey,
  rqTime,
  textOf,
} from "./rq";

type Live = Pick<LiveRedis, "batch">;

/** A job that somebody means, and the queue whose failed job it is. */
export interface FailedJob {
  readonly id: Buffer;
  readonly queue: Buffer;
}

/** What becomes of a job, or why it stays as it is. */
export const OUTCOMES = {
  changed: "",
  notFailed: "not failed",
  started: "not failed: started",
  queued: "not failed: waits in its queue",
  otherStatus: "not failed by the status of their hash",
  gone: "whose hash is gone, or names no queue",
  noData: "without a payload in their hash (data), so that there is nothing to run",
  notOld: "not that old, or without a date of their end",
  awaited: "that other jobs wait for",
  noList: "whose queue is no list",
  otherType: "with a key of another type than RQ gives it",
  restless: "that somebody else kept changing",
} as const;
export type Outcome = keyof typeof OUTCOMES;

export interface FailedChange {
  /** A job whose hash is gone cannot run, and can be cleaned away. */
  readonly withoutHash: boolean;
  /** A job that others wait for stays: they would wait for ever. */
  readonly unlessAwaited: boolean;
  /** Milliseconds since its end; what says no end stays. */
  readonly olderThan?: number;
  readonly commands: (job: FailedJob, known: Job | undefined, now: number) => readonly Command[];
}

/** RQ waits so long for a job that says nothing else: seconds. `Queue.DEFAULT_TIMEOUT` in rq/queue.py. */
const DEFAULT_TIMEOUT = 180;

/**
 * Puts a failed job at the end of its queue, as `FailedJobRegistry.requeue` of rq 1.13 and 2.6 does; in one transaction, which
 * RQ does not. A hash that expires some time after the failure keeps its TTL there, too.
 */
export const REQUEUE: FailedChange = {
  withoutHash: false,
  unlessAwaited: false,
  commands: ({ id, queue }, job, now) => {
    const ttl = Number(job === undefined ? 0 : (textOf(job, "ttl") ?? 0));
    return [
      ["ZREM", registryKey("failed", queue), id],
      ["SADD", QUEUES, queueKey(queue)],
      ["HSET", jobKey(id), ...REQUEUED, "enqueued_at", rqTime(now)],
      ["HSETNX", jobKey(id), "timeout", DEFAULT_TIMEOUT],
      ...(ttl > 0
        ? [jobKey(id), dependentsKey(id), dependenciesKey(id)].map((key): Command => ["EXPIRE", key, ttl])
        : []),
      ["RPUSH", queueKey(queue), id],
    ];
  },
};

const REQUEUED: readonly (string | Buffer)[] = [
  "status",
  "queued",
  "started_at",
  "",
  "ended_at",
  "",
  "exc_info",
  deflateSync(Buffer.alloc(0)),
];

/** Removes a failed job with its results and everything that names it. @param olderThan - milliseconds */
export const deletion = (olderThan: number | undefined): FailedChange => ({
  withoutHash: true,
  unlessAwaited: true,
  ...(olderThan === undefined ? {} : { olderThan }),
  commands: ({ id, queue }, job) => {
    const group = job?.fields.group_id;
    return [
      ["ZREM", registryKey("failed", queue), id],
      ...JOB_KEYS.map(([key]): Command => ["UNLINK", key(id)]),
      ...(group === undefined || group.length === 0 ? [] : [["SREM", groupKey(group), id] satisfies Command]),
    ];
  },
});

export async function countFailed(live: Live, queue: Buffer): Promise<number> {
  const [count] = await live.batch([["ZCARD", registryKey("failed", queue)]]);
  return Number(unlessError(count));
}

/** The failed jobs of a queue, page by page. One may come twice. */
export async function* failedOf(live: Live, queue: Buffer): AsyncGenerator<readonly FailedJob[]> {
  let cursor = "0";
  do {
    const [page] = await live.batch([
      ["ZSCAN", registryKey("failed", queue), cursor, "COUNT", JOBS_TOGETHER],
    ]);
    const [next, words] = unlessError(page) as readonly [Buffer, readonly Buffer[]];
    cursor = `${next}`;
    const ids = words.filter((_, at) => at % 2 === 0);
    for (let from = 0; from < ids.length; from += JOBS_TOGETHER) {
      yield ids.slice(from, from + JOBS_TOGETHER).map((id) => ({ id, queue }));
    }
  } while (cursor !== "0");
}

/** What would become of each job now. Reads at most `JOBS_TOGETHER`. */
export async function judgeFailed(
  live: Live,
  jobs: readonly FailedJob[],
  change: FailedChange,
  now: number,
): Promise<readonly { readonly outcome: Outcome; readonly job: FailedJob; readonly known?: Job }[]> {
  const places = await readPlaces(live, jobs);
  const known = await readJobs(
    live,
    jobs.map(({ id }) => id),
  );
  return jobs.map((job, at) => {
    const [its, place] = [known[at], places[at]];
    const outcome = place?.isFailed
      ? (whyNotFailed(its, place) ?? outcomeOf(its, place.isAwaited, change, now))
      : its === undefined
        ? "gone"
        : "notFailed";
    return { outcome, job, ...(its === undefined ? {} : { known: its }) };
  });
}

/** What a job among the failed ones may say of itself; a stopped one is there, too: `Worker.handle_job_failure` of RQ. */
const FAILED = [undefined, "failed", "stopped"];

const BY_STATUS: ReadonlyMap<string | undefined, Outcome> = new Map([
  ["started", "started"],
  ["queued", "queued"],
]);

/** A job that is among the failed ones may run or wait all the same: it would run twice, or vanish while it runs. */
function whyNotFailed(job: Job | undefined, place: JobPlace): Outcome | undefined {
  const status = job && textOf(job, "status");
  const rules: readonly (readonly [boolean, Outcome])[] = [
    [!place.isOfRq, "otherType"],
    [!place.isOfList, "noList"],
    [!FAILED.includes(status), BY_STATUS.get(status) ?? "otherStatus"],
    [place.isStarted, "started"],
    [place.isQueued, "queued"],
  ];
  return rules.find(([holds]) => holds)?.[1];
}

function outcomeOf(
  job: Job | undefined,
  isAwaited: boolean,
  { withoutHash, unlessAwaited, olderThan }: FailedChange,
  now: number,
): Outcome {
  if (!withoutHash && job?.hasData !== true) {
    return job === undefined ? "gone" : "noData";
  }
  if (unlessAwaited && isAwaited) {
    return "awaited";
  }
  if (olderThan === undefined) {
    return "changed";
  }
  const ended = job === undefined ? undefined : momentOf(job, "ended_at", now);
  return ended !== undefined && now - ended > olderThan ? "changed" : "notOld";
}

/**
 * Changes failed jobs, at most `JOBS_TOGETHER`, each only if it still is one: its hash, which RQ writes whenever it enqueues or
 * starts a job, the registry and the jobs that wait for it are watched. `told` hears the outcome of each.
 */
export async function changeFailed(
  live: Live,
  jobs: readonly FailedJob[],
  change: FailedChange,
  now: number,
  told: (outcome: Outcome, count: number) => void,
): Promise<void> {
  const keyed = jobs.map((job) => ({ ...job, key: jobKey(job.id) }));
  const left = new Map<string, Outcome>();
  const known = new Map<string, Job>();
  let sent = 0;
  const restless = await changeWatched(live, keyed, {
    judge: async (together) => {
      const registries = new Map(together.map(({ queue }) => [queue.toString("latin1"), queue]));
      const watched = [
        ...[...registries.values()].map((queue) => registryKey("failed", queue)),
        ...together.map(({ id }) => dependentsKey(id)),
      ];
      (await live.batch(watched.map((key) => ["WATCH", key]))).forEach(unlessError);
      const judged = await judgeFailed(live, together, change, now);
      return judged.flatMap(({ outcome, job, known: its }) => {
        const name = job.id.toString("latin1");
        left.set(name, outcome);
        if (its !== undefined) {
          known.set(name, its);
        }
        return outcome === "changed" ? [{ ...job, key: jobKey(job.id) }] : [];
      });
    },
    commands: (due) => {
      sent = due.length;
      return due.flatMap((job) => change.commands(job, known.get(job.id.toString("latin1")), now));
    },
    settle: async (isDone) => {
      if (isDone) {
        told("changed", sent);
      }
    },
    onChanged: () => undefined, // how many keys: one job is several
  });
  for (const outcome of left.values()) {
    if (outcome !== "changed") {
      told(outcome, 1);
    }
  }
  if (restless > 0) {
    told("restless", restless);
  }
}
