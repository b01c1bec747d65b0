import type { ResolvedStack } from "../../config/resolve-stack";
import { type Problem, Problems } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { emptyText, readSpan } from "../keys/key-filters";
import { keyText, parseKeyText } from "../keys/key-text";
import { grouped, Progress } from "../keys/progress";
import { type KeyRun, runOnKeys } from "../keys/run-on-keys";
import { countText, JOBS } from "../keys/subject";
import type { LiveRedis } from "../live-redis";
import {
  changeFailed,
  countFailed,
  deletion,
  type FailedChange,
  type FailedJob,
  failedOf,
  judgeFailed,
  OUTCOMES,
  type Outcome,
  REQUEUE,
} from "../queue/failed-jobs";
import { checkQueue, checkRq, readQueueName } from "../queue/queue-names";
import { JOBS_TOGETHER, readJobs } from "../queue/read-jobs";
import { calledBy, type Job } from "../queue/rq";
import { json, type Terminal, table, visible } from "../terminal";

/** Jobs that a dry run shows. */
const SAMPLE = 10;

interface ChangeOptions {
  /** All failed jobs of this queue. */
  readonly failed?: string;
  /** Jobs that ended longer ago. */
  readonly olderThan?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

interface Words {
  readonly name: "requeue" | "delete";
  readonly done: "requeued" | "deleted";
}

/** `redis-ops queue requeue`: failed jobs go back to the end of their queue. Shows which, and with `yes` does it. */
export function queueRequeue(
  stack: ResolvedStack,
  jobs: readonly string[],
  options: ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  return changeJobs(stack, jobs, options, { name: "requeue", done: "requeued" }, REQUEUE, terminal);
}

/** `redis-ops queue delete`: failed jobs are removed, with their results and all that names them. The same otherwise. */
export function queueDelete(
  stack: ResolvedStack,
  jobs: readonly string[],
  options: ChangeOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const olderThan =
    options.olderThan === undefined ? undefined : readSpan("--older-than", options.olderThan, problems);
  problems.throwIfAny();
  const words = { name: "delete", done: "deleted" } as const;
  return changeJobs(stack, jobs, options, words, deletion(olderThan), terminal);
}

async function changeJobs(
  stack: ResolvedStack,
  jobs: readonly string[],
  options: ChangeOptions,
  words: Words,
  change: FailedChange,
  terminal: Terminal,
): Promise<ExitCode> {
  checkChoice(jobs, options, words);
  checkRq(stack);
  const queue = options.failed === undefined ? undefined : readQueueName(stack, "--failed", options.failed);
  const tally = new Map<Outcome, number>();
  const add = (outcome: Outcome, count: number) => {
    tally.set(outcome, (tally.get(outcome) ?? 0) + count);
  };
  const told = () => toldText(options.yes ? words.done : `to ${words.name}`, tally);
  const done = () => `${stack.id}: ${told()}`;
  const work = async (run: KeyRun) => {
    if (queue !== undefined) {
      await checkQueue(run.live, "--failed", queue);
    }
    const total = queue === undefined ? jobs.length : await countFailed(run.live, queue);
    const progress = new Progress(terminal, total);
    let looked = 0;
    const sample: { job: FailedJob; known?: Job }[] = [];
    for await (const together of queue === undefined
      ? named(run.live, jobs, add)
      : failedOf(run.live, queue)) {
      if (options.yes) {
        await changeFailed(run.live, together, change, run.now, add);
      } else {
        for (const one of await judgeFailed(run.live, together, change, run.now)) {
          add(one.outcome, 1);
          if (one.outcome === "changed" && sample.length < SAMPLE) {
            sample.push(one);
          }
        }
      }
      looked += together.length;
      progress.tell(Math.min(1, looked / Math.max(1, total)), done);
      if (run.isStopped()) {
        return ExitCode.unhealthy;
      }
    }
    report(stack, options, words, tally, sample, terminal);
    const lost = (tally.get("gone") ?? 0) + (tally.get("noData") ?? 0);
    if (words.name === "requeue" && lost > 0) {
      const them = lost === 1 ? "it" : "them";
      terminal.err(
        `${countText(JOBS, lost)} cannot run. Next: enqueue ${them} anew, and clear ${them} away with queue delete`,
      );
    }
    return undone(tally, queue !== undefined) > 0 ? ExitCode.unhealthy : ExitCode.ok;
  };
  const audit = () => {
    const filters = [
      ...jobs.map((job) => keyText(parseKeyText(job))),
      ...(queue === undefined ? [] : [`--failed ${keyText(queue)}`]),
      ...(options.olderThan === undefined ? [] : [`--older-than ${JSON.stringify(options.olderThan)}`]),
    ];
    return `queue ${words.name} ${filters.join(" ")}: ${told()}`;
  };
  return runOnKeys(stack, terminal, done, work, options.yes ? audit : undefined);
}

function checkChoice(jobs: readonly string[], { failed }: ChangeOptions, { name }: Words): void {
  const hasJobs = jobs.length > 0;
  const problems = new Problems();
  if (jobs.includes("")) {
    problems.add(emptyText("job"));
    problems.throwIfAny();
  }
  if (hasJobs !== (failed !== undefined)) {
    return;
  }
  problems.add({
    field: `queue ${name}`,
    got: hasJobs ? "jobs, and --failed" : "no job",
    expected: "jobs, or --failed with a queue",
    fix: hasJobs ? "leave one of them out" : "name jobs as queue jobs prints them, or write --failed QUEUE",
  } satisfies Problem);
  problems.throwIfAny();
}

/** Jobs by their names; each belongs to the queue that its hash says. */
async function* named(
  live: LiveRedis,
  jobs: readonly string[],
  add: (outcome: Outcome, count: number) => void,
): AsyncGenerator<readonly FailedJob[]> {
  const ids = [...new Map(jobs.map((job) => [job, parseKeyText(job)])).values()];
  for (let from = 0; from < ids.length; from += JOBS_TOGETHER) {
    const known = await readJobs(live, ids.slice(from, from + JOBS_TOGETHER));
    const found = known.flatMap((job) => {
      const queue = job?.fields.origin;
      return job === undefined || queue === undefined ? [] : [{ id: job.id, queue }];
    });
    add("gone", known.length - found.length);
    yield found;
  }
}

/** Jobs that were meant and are left: of those that were named each, of all that failed in a queue what somebody kept changing. */
export const undone = (tally: ReadonlyMap<Outcome, number>, isAll: boolean) =>
  [...tally].reduce(
    (sum, [outcome, count]) =>
      sum + (outcome === "restless" || (!isAll && outcome !== "changed") ? count : 0),
    0,
  );

function toldText(done: string, tally: ReadonlyMap<Outcome, number>): string {
  const kept = [...tally].filter(([outcome, count]) => outcome !== "changed" && count > 0);
  return [
    `${countText(JOBS, tally.get("changed") ?? 0)} ${done}`,
    ...kept.map(([outcome, count]) => `${grouped(count)} left, ${OUTCOMES[outcome]}`),
  ].join("; ");
}

function report(
  { id }: ResolvedStack,
  options: ChangeOptions,
  { name, done }: Words,
  tally: ReadonlyMap<Outcome, number>,
  sample: readonly { readonly job: FailedJob; readonly known?: Job }[],
  terminal: Terminal,
): void {
  const matched = tally.get("changed") ?? 0;
  if (options.json) {
    const kept = [...tally].filter(([outcome]) => outcome !== "changed");
    const rows = sample.map(({ job, known }) => ({
      job: keyText(job.id),
      queue: keyText(job.queue),
      calls: (known && calledBy(known)) ?? null,
    }));
    terminal.out(
      json({
        stack: id,
        dryRun: !options.yes,
        [options.yes ? done : "matched"]: matched,
        left: Object.fromEntries(kept),
        ...(options.yes ? {} : { sample: rows }),
      }),
    );
    return;
  }
  terminal.out(`${id}: ${toldText(options.yes ? done : `to ${name}`, tally)}`);
  if (!options.yes && matched > 0) {
    const rows = sample.map(({ job, known }) => [
      keyText(job.id),
      keyText(job.queue),
      visible((known && calledBy(known)) ?? ""),
    ]);
    terminal.out(table(["JOB", "QUEUE", "CALLS"], rows));
    if (matched > rows.length) {
      terminal.out(`and ${grouped(matched - rows.length)} more`);
    }
    terminal.err(`nothing was ${done}. Next: add --yes`);
  }
}
