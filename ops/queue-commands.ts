import { type Command, Option } from "commander";
import { asJson, examples, exitCodes } from "./command-help";
import { queueDelete, queueRequeue } from "./commands/queue-change";
import { queueJobs } from "./commands/queue-jobs";
import { queueList } from "./commands/queue-list";
import { queueShow } from "./commands/queue-show";
import type { ExitCode } from "./exit-code";
import { loadStack } from "./load";
import { STATES } from "./queue/rq";
import type { Terminal } from "./terminal";

const CHANGE_CODES = exitCodes({
  0: "done, or nothing to do; without --yes, looked",
  1: "a job that was named is left as it was, or not all was done",
});

const SAFE = `
A job is changed only while it is among the failed ones and neither runs nor waits, and in one transaction with its queue.`;

/** `redis-ops queue …`: look at queues, and at what has failed. */
export function addQueue(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const queue = program
    .command("queue")
    .description("the queues of a stack: what waits, runs, failed and is stuck");
  const yes = () => new Option("--yes", "do it; without, show what would be done").default(false);
  const failed = () => new Option("--failed <queue>", "every failed job of this queue");

  queue
    .command("list <stack>")
    .description("list queues: jobs by state, workers, what is stuck")
    .option("--store <pattern>", "of this store, where the stack has several")
    .addOption(asJson())
    .addHelpText(
      "after",
      "\nOf RQ, a job is stuck when it has started and its worker is gone or its heartbeat overdue, when it waits longer than\n" +
        "the stack says that jobs live, when a worker took it and never started it, and when its hash is gone. Jobs\n" +
        "that wait while no worker is there are told, and are not stuck: a worker may be started for them. Of other libraries:\n" +
        "type, length, and the size of the first and the last element of a list.\n" +
        `${exitCodes({ 1: "something is stuck, or a key of RQ has another type than RQ gives it" })}\n${examples("queue list vedfolnir-prod", "queue list vedfolnir-prod --json")}`,
    )
    .action(async (id: string, options) => finish(await queueList(loadStack(id), options, terminal)));
  queue
    .command("jobs <stack> <queue>")
    .description("list jobs of a queue of RQ, without their arguments")
    .addOption(new Option("--state <state>", "which").choices(STATES).default("queued"))
    .option("--limit <number>", "how many at most: 1 to 10000 (default: 50)")
    .addOption(asJson())
    .addHelpText(
      "after",
      examples("queue jobs vedfolnir-prod mails", "queue jobs vedfolnir-prod mails --state failed"),
    )
    .action(async (id: string, name: string, options) =>
      finish(await queueJobs(loadStack(id), name, options, terminal)),
    );
  queue
    .command("show <stack> <job>")
    .description("tell everything of a job of RQ; exit code 1 where there is none")
    .option("--reveal", "show the arguments as the description has them, and the whole traceback, too", false)
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nThe pickled call is never read.\n${examples("queue show vedfolnir-prod 5f0c7d3e-0d4b-4f53-8a50-b3f2a1c4d9e7")}`,
    )
    .action(async (id: string, job: string, options) =>
      finish(await queueShow(loadStack(id), job, options, terminal)),
    );
  queue
    .command("requeue <stack> [jobs...]")
    .description("show which failed jobs would run again; with --yes, put them at the end of their queue")
    .addOption(failed())
    .addOption(yes())
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nAs rq 1.13 and 2.6 do it. What a job did before it failed is done again.${SAFE}\n${CHANGE_CODES}\n` +
        examples(
          "queue requeue vedfolnir-prod --failed mails",
          "queue requeue vedfolnir-prod --failed mails --yes",
        ),
    )
    .action(async (id: string, jobs: string[], options) =>
      finish(await queueRequeue(loadStack(id), jobs, options, terminal)),
    );
  queue
    .command("delete <stack> [jobs...]")
    .description("show which failed jobs would be deleted; with --yes, delete them with their results")
    .addOption(failed())
    .option("--older-than <time>", "that ended longer ago: 90min, 12h, 720h")
    .addOption(yes())
    .addOption(asJson())
    .addHelpText(
      "after",
      `\nA job that others wait for stays, since they would wait for ever.${SAFE}\n${CHANGE_CODES}\n` +
        examples(
          "queue delete vedfolnir-prod --failed mails --older-than 720h",
          "queue delete vedfolnir-prod --failed mails --older-than 720h --yes",
        ),
    )
    .action(async (id: string, jobs: string[], options) =>
      finish(await queueDelete(loadStack(id), jobs, options, terminal)),
    );
}
