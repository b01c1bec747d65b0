import type { ResolvedStack } from "../../config/resolve-stack";
import { Problems } from "../../core/problem";
import { ageText } from "../amounts";
import { ExitCode } from "../exit-code";
import { keyText } from "../keys/key-text";
import { grouped } from "../keys/progress";
import { runOnKeys } from "../keys/run-on-keys";
import { unlessError } from "../keys/scan-keys";
import { countText, JOBS } from "../keys/subject";
import type { Command } from "../keys/wire";
import { checkQueue, readQueueName } from "../queue/queue-names";
import { exceptionOf, JOBS_TOGETHER, readJobs, readTraceback } from "../queue/read-jobs";
import {
  calledBy,
  type Job,
  type JobField,
  momentOf,
  queueKey,
  registryKey,
  type State,
  startedJob,
  textOf,
} from "../queue/rq";
import { readLimit } from "../read-limit";
import { json, type Terminal, table, visible } from "../terminal";

const LIMIT = 50;
const MAX_LIMIT = 10_000;

interface Row {
  readonly id: Buffer;
  readonly job: Job | undefined;
  readonly exception: string | undefined;
}

/** `redis-ops queue jobs`: the jobs of a queue of RQ in one state, those that are next first, of the failed ones those that stay longest. */
export async function queueJobs(
  stack: ResolvedStack,
  queue: string,
  options: { readonly state: State; readonly limit?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const limit = readLimit(options.limit, LIMIT, MAX_LIMIT, problems);
  problems.throwIfAny();
  const name = readQueueName(stack, "queue", queue);
  return runOnKeys(
    stack,
    terminal,
    () => "nothing was changed",
    async ({ live, now, isStopped }) => {
      const { state } = options;
      await checkQueue(live, "queue", name);
      const replies = await live.batch(listing(name, state, limit));
      const [total, found] = replies.map(unlessError);
      const ids = (found as readonly Buffer[]).map(state === "started" ? startedJob : (id) => id);
      const rows: Row[] = [];
      for (let from = 0; from < ids.length && !isStopped(); from += JOBS_TOGETHER) {
        const together = ids.slice(from, from + JOBS_TOGETHER);
        for (const [at, job] of (await readJobs(live, together)).entries()) {
          const id = together[at] ?? Buffer.alloc(0);
          const traceback = state === "failed" ? await readTraceback(live, id) : undefined;
          rows.push({ id, job, exception: traceback === undefined ? undefined : exceptionOf(traceback) });
        }
      }
      if (options.json) {
        const jobs = rows.map((row) => rowData(row, now));
        terminal.out(json({ stack: stack.id, queue: keyText(name), state, total: Number(total), jobs }));
      } else if (rows.length > 0) {
        terminal.out(jobTable(rows, now));
      }
      terminal.err(
        Number(total) > rows.length
          ? `${countText(JOBS, rows.length)} of ${grouped(Number(total))} listed. Next: --limit for more`
          : `${countText(JOBS, rows.length)} ${state}`,
      );
      return ExitCode.ok;
    },
  );
}

function listing(queue: Buffer, state: State, limit: number): readonly Command[] {
  if (state === "queued") {
    const key = queueKey(queue);
    return [
      ["LLEN", key],
      ["LRANGE", key, 0, limit - 1],
    ];
  }
  const key = registryKey(state, queue);
  return [
    ["ZCARD", key],
    ["ZRANGE", key, 0, limit - 1, ...(state === "failed" ? ["REV"] : [])],
  ];
}

const jobTable = (rows: readonly Row[], now: number) =>
  table(
    ["JOB", "CALLS", "ENQUEUED", "STARTED", "ENDED", "WORKER", "ERROR"],
    rows.map(({ id, job, exception }) =>
      job === undefined
        ? [keyText(id), "its hash is gone", "", "", "", "", ""]
        : [
            keyText(id),
            visible(calledBy(job) ?? ""),
            ...(["enqueued_at", "started_at", "ended_at"] as const).map((field) => agoText(job, field, now)),
            visible(textOf(job, "worker_name") ?? ""),
            exception ?? "",
          ],
    ),
  );

function agoText(job: Job, field: JobField, now: number): string {
  const moment = momentOf(job, field, now);
  return moment === undefined ? "" : `${ageText(Math.max(0, now - moment) / 1000)} ago`;
}

function rowData({ id, job, exception }: Row, now: number) {
  const iso = (field: JobField) => {
    const moment = job === undefined ? undefined : momentOf(job, field, now);
    return moment === undefined ? null : new Date(moment).toISOString();
  };
  return {
    job: keyText(id),
    isThere: job !== undefined,
    status: (job && textOf(job, "status")) ?? null,
    calls: (job && calledBy(job)) ?? null,
    enqueuedAt: iso("enqueued_at"),
    startedAt: iso("started_at"),
    endedAt: iso("ended_at"),
    worker: (job && textOf(job, "worker_name")) ?? null,
    exception: exception ?? null,
  };
}
