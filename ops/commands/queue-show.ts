import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText, ttlText } from "../amounts";
import { ExitCode } from "../exit-code";
import { keyText, parseKeyText } from "../keys/key-text";
import { runOnKeys } from "../keys/run-on-keys";
import { unlessError } from "../keys/scan-keys";
import type { Command } from "../keys/wire";
import type { LiveRedis } from "../live-redis";
import { checkRq } from "../queue/queue-names";
import { outlineOf, readJobs, readTraceback } from "../queue/read-jobs";
import {
  calledBy,
  dependentsKey,
  JOB_FIELDS,
  type Job,
  type JobField,
  jobKey,
  momentOf,
  REGISTRIES,
  registryKey,
  type State,
  textOf,
} from "../queue/rq";
import { json, type Terminal, table, visible } from "../terminal";

/** Lines of a traceback that are shown: the last ones. */
const LINES = 12;

const MAX_LINE = 300;

const MOMENTS: readonly JobField[] = [
  "created_at",
  "enqueued_at",
  "started_at",
  "ended_at",
  "last_heartbeat",
];

const HIDDEN = "(arguments hidden; --reveal shows them)";

/**
 * `redis-ops queue show`: what RQ says of a job, where it is, and the end of its last traceback: where each frame is, and the
 * name of the exception, with `reveal` all of it. Its call is pickled, which is never read: only how long it is. Exit code 1
 * when there is no such job.
 */
export async function queueShow(
  stack: ResolvedStack,
  job: string,
  options: { readonly reveal: boolean; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  checkRq(stack);
  const id = parseKeyText(job);
  return runOnKeys(
    stack,
    terminal,
    () => "nothing was changed",
    async ({ live, now }) => {
      const [found] = await readJobs(live, [id]);
      if (found === undefined) {
        terminal.err(
          `${stack.id}: there is no job ${keyText(id)}: it has ended and expired, or was evicted or deleted. ` +
            `Next: bin/redis-ops queue list ${stack.id}`,
        );
        return ExitCode.unhealthy;
      }
      const facts = await readFacts(live, found);
      const traceback = await readTraceback(live, id);
      const called = options.reveal ? found.description : callText(found);
      const lines = shownLines(traceback ?? "", options.reveal);
      if (options.json) {
        const fields = JOB_FIELDS.map((field) => [field, textOf(found, field) ?? null]);
        terminal.out(
          json({
            stack: stack.id,
            job: keyText(id),
            calls: called ?? null,
            ...Object.fromEntries(fields),
            ...facts,
            traceback: traceback === undefined ? null : lines,
          }),
        );
        return ExitCode.ok;
      }
      const rows = [
        ["calls", visible(called ?? "")],
        ...JOB_FIELDS.flatMap((field) => {
          const text = fieldText(found, field, now);
          return text === undefined ? [] : [[field, text]];
        }),
        ["in", facts.in.join(", ") || "no registry"],
        ["jobs that wait for it", `${facts.dependents}`],
        ["TTL", ttlText(facts.ttlMilliseconds ?? -1)],
        ["call", `${facts.dataBytes} B, pickled and compressed: not read`],
      ];
      terminal.out([keyText(id), table([], rows).replace(/^/gm, "  ")].join("\n"));
      if (traceback !== undefined) {
        terminal.out([traceHead(options.reveal), ...lines.map((line) => `  ${visible(line)}`)].join("\n"));
      }
      return ExitCode.ok;
    },
  );
}

function callText(job: Job): string | undefined {
  const called = calledBy(job);
  return called === undefined || called === job.description ? called : `${called}${HIDDEN}`;
}

const shownLines = (traceback: string, isRevealed: boolean) =>
  (isRevealed ? traceback.trimEnd().split("\n") : outlineOf(traceback)).slice(-LINES).map(cut);

const traceHead = (isRevealed: boolean) =>
  `the end of its traceback${isRevealed ? "" : ", without source and message (--reveal shows them)"}:`;

const cut = (line: string) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line);

function fieldText(job: Job, field: JobField, now: number): string | undefined {
  const text = textOf(job, field);
  const moment = MOMENTS.includes(field) ? momentOf(job, field, now) : undefined;
  if (text === undefined || moment === undefined) {
    return text === undefined ? undefined : visible(text);
  }
  return `${visible(text)} (${ageText(Math.max(0, now - moment) / 1000)} ago)`;
}

async function readFacts(live: LiveRedis, job: Job) {
  const queue = job.fields.origin;
  const states = queue === undefined ? [] : (Object.keys(REGISTRIES) as Exclude<State, "queued">[]);
  const [ttl, bytes, dependents, ...scores] = (
    await live.batch([
      ["PTTL", jobKey(job.id)],
      ["HSTRLEN", jobKey(job.id), "data"],
      ["SCARD", dependentsKey(job.id)],
      ...states.map((state): Command => ["ZSCORE", registryKey(state, queue ?? Buffer.alloc(0)), job.id]),
    ])
  ).map(unlessError);
  return {
    in: states.filter((_, at) => scores[at] !== null),
    dependents: Number(dependents),
    dataBytes: Number(bytes),
    ttlMilliseconds: Number(ttl) < 0 ? null : Number(ttl),
  };
}
