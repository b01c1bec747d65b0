import type { ResolvedStack } from "../../config/resolve-stack";
import { type Problem, Problems } from "../../core/problem";
import { ExitCode } from "../exit-code";
import { keyText, parseKeyText } from "../keys/key-text";
import { grouped, Progress } from "../keys/progress";
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
import { checkRq, readQueueName } from "../queue/queue-names";
import { JOBS_TOGETHER, readJobs } from "../queue/read-jobs";
import { calledBy, type Job } from "../queue/rq";
import { readDuration } from "../sessions/session-filters";
import { runOnKeys } from "../sessions/session-run";
import { json, type Terminal, table, visible } from "../terminal";

/** Jobs that a dry run shows. */
const SAMPLE = 10;

interface ChangeOptions {
  /** All failed jobs of this queue. */
  readonly failed?: string;
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
  options: ChangeOptions & { readonly olderThan?: string },
  terminal: Terminal,
): Promise<ExitCode> {
  const problems = new Problems();
  const olderThan =
    options.olderThan === undefined ? undefined : readDuration("--older-than", options.olderThan, problems);
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
  const done = () => toldText(stack.id, options.yes ? words.done : `to ${words.name}`, tally);
  const code = await runOnKeys(stack, terminal, done, async (run) => {
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
    return left(tally) > 0 && queue === undefined ? ExitCode.unhealthy : ExitCode.ok;
  });
  if (options.yes) {
    const filters =
      queue === undefined
        ? jobs.map((job) => keyText(parseKeyText(job))).join(" ")
        : `--failed ${keyText(queue)}`;
    terminal.err(`audit: ${new Date().toISOString()} ${stack.id} queue ${words.name} ${filters}: ${done()}`);
  }
  return code;
}

function checkChoice(jobs: readonly string[], { failed }: ChangeOptions, { name }: Words): void {
  const hasJobs = jobs.length > 0;
  if (hasJobs !== (failed !== undefined)) {
    return;
  }
  const problems = new Problems();
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

const left = (tally: ReadonlyMap<Outcome, number>) =>
  [...tally].reduce((sum, [outcome, count]) => sum + (outcome === "changed" ? 0 : count), 0);

function toldText(id: string, done: string, tally: ReadonlyMap<Outcome, number>): string {
  const kept = [...tally].filter(([outcome, count]) => outcome !== "changed" && count > 0);
  return [
    `${id}: ${countText(JOBS, tally.get("changed") ?? 0)} ${done}`,
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
  terminal.out(toldText(id, options.yes ? done : `to ${name}`, tally));
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
