import { inflateSync } from "node:zlib";
import { decodeText } from "../keys/decode-value";
import { plausibleDate } from "../keys/plausible-date";

/**
 * What RQ keeps in Redis, from the sources of rq 1.13 and 2.6 (`rq/job.py`, `rq/registry.py`, `rq/results.py`,
 * `rq/intermediate_queue.py`). Names of queues, jobs and workers are bytes.
 */
export const QUEUES = "rq:queues";
export const QUEUE_PREFIX = "rq:queue:";
export const WORKER_PREFIX = "rq:worker:";

/** A registry of the jobs of one queue, by the state they are in. Its scores are seconds since 1970. */
export const REGISTRIES = {
  started: "rq:wip:",
  deferred: "rq:deferred:",
  scheduled: "rq:scheduled:",
  finished: "rq:finished:",
  failed: "rq:failed:",
  canceled: "rq:canceled:",
} as const;

export const STATES = [
  "queued",
  "started",
  "deferred",
  "scheduled",
  "finished",
  "failed",
  "canceled",
] as const;
export type State = (typeof STATES)[number];

const after = (prefix: string, name: Buffer, suffix = "") =>
  Buffer.concat([Buffer.from(prefix), name, Buffer.from(suffix)]);

export const queueKey = (queue: Buffer) => after(QUEUE_PREFIX, queue);
/** Since 2.0: what a worker has taken and not started yet. */
export const takenKey = (queue: Buffer) => after(QUEUE_PREFIX, queue, ":intermediate");
export const firstSeenKey = (queue: Buffer, job: Buffer) =>
  Buffer.concat([takenKey(queue), Buffer.from(":first_seen:"), job]);
export const registryKey = (state: Exclude<State, "queued">, queue: Buffer) =>
  after(REGISTRIES[state], queue);
export const workersKey = (queue: Buffer) => after("rq:workers:", queue);
export const workerKey = (worker: Buffer) => after(WORKER_PREFIX, worker);
export const jobKey = (job: Buffer) => after("rq:job:", job);
export const resultsKey = (job: Buffer) => after("rq:results:", job);
export const executionsKey = (job: Buffer) => after("rq:executions:", job);
export const groupKey = (group: Buffer) => after("rq:group:", group);
/** Jobs that wait for this one. */
export const dependentsKey = (job: Buffer) => after("rq:job:", job, ":dependents");
/** Jobs that this one waits for. */
export const dependenciesKey = (job: Buffer) => after("rq:job::", job, ":dependencies");

/** The name of a queue from its key. Undefined: not the list of a queue. */
export function queueName(key: Buffer): Buffer | undefined {
  const name = key.subarray(QUEUE_PREFIX.length);
  const isQueue = key.subarray(0, QUEUE_PREFIX.length).equals(Buffer.from(QUEUE_PREFIX));
  return isQueue && !/:intermediate(:first_seen:.*)?$/s.test(name.toString("latin1")) ? name : undefined;
}

/** Since 2.0 an entry of the started jobs is `JOB:EXECUTION`, the latter 32 hexadecimal digits; before, the job alone. */
export function startedJob(entry: Buffer): Buffer {
  const execution = /:[0-9a-f]{32}$/.exec(entry.toString("latin1"));
  return execution === null ? entry : entry.subarray(0, execution.index);
}

/** The fields of a job that are read. Not `data`, which is the pickled call, nor `result` and `meta`, which are pickled, too. */
export const JOB_FIELDS = [
  "status",
  "origin",
  "created_at",
  "enqueued_at",
  "started_at",
  "ended_at",
  "last_heartbeat",
  "worker_name",
  "timeout",
  "ttl",
  "result_ttl",
  "failure_ttl",
  "retries_left",
  "dependency_ids",
  "group_id",
] as const;

export type JobField = (typeof JOB_FIELDS)[number];

/** A job as its hash says it. */
export interface Job {
  readonly id: Buffer;
  readonly fields: Readonly<Partial<Record<JobField, Buffer>>>;
  /** `tasks.send_mail('ann@example.org')`, unless it is too long to be read. It holds the arguments. */
  readonly description?: string;
  /** Whether it has a call at all: without it, no worker can run it. */
  readonly hasData: boolean;
}

/** Text of a field. Undefined: empty, or no text. */
export function textOf({ fields }: Job, field: JobField): string | undefined {
  const text = decodeText(fields[field] ?? Buffer.alloc(0));
  return text === "" ? undefined : text;
}

/** The moment that a field says, in milliseconds since 1970. @param now - the same */
export function momentOf(job: Job, field: JobField, now: number): number | undefined {
  return plausibleDate(textOf(job, field), now);
}

/** What is called, without the arguments, which may be anybody's data. */
export function calledBy({ description }: Job): string | undefined {
  return description === undefined ? undefined : (/^[^(]*/.exec(description)?.[0] ?? "");
}

/** A traceback that says more is not unpacked. */
export const MAX_TRACEBACK_BYTES = 1_048_576;

/** Text that RQ has compressed. Undefined: it is not that, or unpacks to more than 1 MiB. */
export function unpacked(bytes: Buffer): string | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_TRACEBACK_BYTES }).toString();
  } catch {
    return undefined;
  }
}

/** How RQ writes a moment. @param moment - milliseconds since 1970 */
export const rqTime = (moment: number) => new Date(moment).toISOString().replace("Z", "000Z");
