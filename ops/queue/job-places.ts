import { unlessError } from "../keys/scan-keys";
import type { Command, Reply } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import {
  dependenciesKey,
  dependentsKey,
  executionsKey,
  jobKey,
  queueKey,
  registryKey,
  resultsKey,
  takenKey,
} from "./rq";

/** Where a job of a queue is, whatever its hash says. */
export interface JobPlace {
  /** In the registry of the failed jobs. */
  readonly isFailed: boolean;
  /** In the registry of the started jobs. */
  readonly isStarted: boolean;
  /** In the list of its queue, or of what a worker has just taken. Of a long one both ends are looked at. */
  readonly isQueued: boolean;
  /** Others wait for it. */
  readonly isAwaited: boolean;
  /** The queue is a list, or empty. */
  readonly isOfList: boolean;
  /** Each of its keys has the type that RQ gives it: `rq:job:X:dependents` may be a set of X, and no job. */
  readonly isOfRq: boolean;
}

/**
 * Elements at each end of a list among which a job is looked for, since LPOS blocks the server as long as it looks. What waits
 * further inside says so in its hash, which RQ writes in the same transaction.
 */
const MAX_ELEMENTS = 1000;

/** Executions of a job, those that began last, which are looked for among the started ones. */
const MAX_EXECUTIONS = 16;

/** The keys of a job, and the type of each. */
export const JOB_KEYS = [
  [jobKey, "hash"],
  [resultsKey, "stream"],
  [executionsKey, "zset"],
  [dependentsKey, "set"],
  [dependenciesKey, "set"],
] as const;

/** Where jobs are. The answer has the same order. */
export async function readPlaces(
  live: Pick<LiveRedis, "batch">,
  jobs: readonly { readonly id: Buffer; readonly queue: Buffer }[],
): Promise<readonly JobPlace[]> {
  const questions = jobs.map(({ id, queue }): readonly Command[] => [
    ["ZSCORE", registryKey("failed", queue), id],
    ["SCARD", dependentsKey(id)],
    ["ZRANGE", executionsKey(id), 0, MAX_EXECUTIONS - 1, "REV"],
    ["TYPE", queueKey(queue)],
    ["LPOS", queueKey(queue), id, "MAXLEN", MAX_ELEMENTS],
    ["LPOS", queueKey(queue), id, "RANK", -1, "MAXLEN", MAX_ELEMENTS],
    ["LPOS", takenKey(queue), id, "MAXLEN", MAX_ELEMENTS],
    ...JOB_KEYS.map(([key]): Command => ["TYPE", key(id)]),
  ]);
  const answers = await askedOf(live, questions);
  const started = await askedOf(
    live,
    jobs.map(({ id, queue }, at) =>
      [id, ...executionsOf(id, answers[at]?.[2])].map(
        (entry): Command => ["ZSCORE", registryKey("started", queue), entry],
      ),
    ),
  );
  return jobs.map((_, at): JobPlace => {
    const [score, dependents, , list, first, last, taken, ...types] = answers[at] ?? [];
    return {
      isFailed: unlessError(score) !== null,
      isStarted: (started[at] ?? []).map(unlessError).some((reply) => reply !== null),
      isQueued: [first, last, taken].some((position) => typeof position === "number"),
      isAwaited: Number(dependents) > 0,
      isOfList: ["list", "none"].includes(`${list}`),
      isOfRq: JOB_KEYS.every(([, type], index) => [type, "none"].includes(`${types[index]}`)),
    };
  });
}

/** Since 2.0 an entry of the started jobs is `JOB:EXECUTION`. */
const executionsOf = (id: Buffer, reply: Reply | undefined) =>
  (Array.isArray(reply) ? (reply as readonly Buffer[]) : []).map((execution) =>
    Buffer.concat([id, Buffer.from(":"), execution]),
  );

/** Asks in one go, and answers each in its own list. An error is an answer. */
async function askedOf(
  live: Pick<LiveRedis, "batch">,
  questions: readonly (readonly Command[])[],
): Promise<readonly (readonly Reply[])[]> {
  const replies = await live.batch(questions.flat());
  let next = 0;
  return questions.map(({ length }) => {
    next += length;
    return replies.slice(next - length, next);
  });
}
