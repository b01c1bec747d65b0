import type { ResolvedStack } from "../../config/resolve-stack";
import { ageText } from "../amounts";
import { ExitCode } from "../exit-code";
import { emptyTally, findKeys, type Search } from "../keys/find-keys";
import { readFilters, type Selection } from "../keys/key-filters";
import { keyText } from "../keys/key-text";
import { matchesKey } from "../keys/match-key";
import { grouped } from "../keys/progress";
import { runOnKeys } from "../keys/run-on-keys";
import { unlessError } from "../keys/scan-keys";
import { storeOf } from "../keys/store-of";
import { QUEUES as QUEUE_KEYS } from "../keys/subject";
import type { LiveRedis } from "../live-redis";
import { findStuck, MAX_LOOKED_AT, type Stuck } from "../queue/find-stuck";
import { lookAtKeys, type WrongKey, wrongText } from "../queue/queue-names";
import {
  type OtherQueue,
  type Queue,
  readOtherQueues,
  readQueue,
  unattendedText,
  waitedFor,
} from "../queue/read-queues";
import { calledBy, jobKey, QUEUE_PREFIX, QUEUES, queueKey, queueName, STATES } from "../queue/rq";
import { json, type Terminal, table, visible } from "../terminal";

/** Queues that are told. */
const MAX_QUEUES = 1000;

/** Stuck jobs of a queue that people see; all of them are in JSON. */
const MAX_STUCK_SHOWN = 10;

interface LookedAt extends Queue {
  readonly stuck: readonly Stuck[];
}

/**
 * `redis-ops queue list`: every queue of the stores of kind queue. Of RQ: jobs by state, the one that is next, workers, and
 * what is stuck; of other libraries: type, length, and the size of the first and the last element. Exit code 1: something is
 * stuck, or a queue has a key of another type than RQ gives it, and is left out.
 */
export async function queueList(
  stack: ResolvedStack,
  options: { readonly store?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  const selection = readFilters(stack, { ...options, key: [], where: [], withoutTtl: false }, QUEUE_KEYS);
  const maxWait = storeOf(stack.props.stores, jobKey(Buffer.from("id")))?.ttl?.toMilliseconds();
  return runOnKeys(
    stack,
    terminal,
    () => "nothing was changed",
    async (run) => {
      const search = { ...run, selection, shown: {}, tally: emptyTally() };
      const found = await findQueues(search, run.live, selection);
      const { names, others, isCut } = found;
      const wrong = [...found.wrong];
      const queues: LookedAt[] = [];
      for (const name of names) {
        const keys = await lookAtKeys(run.live, name);
        if (keys.wrong.length > 0) {
          wrong.push(...keys.wrong);
          continue;
        }
        const stuck = await findStuck(run.live, name, run.now, maxWait);
        queues.push({ ...(await readQueue(run.live, name)), stuck });
        if (run.isStopped()) {
          return ExitCode.unhealthy;
        }
      }
      terminal.out(
        options.json
          ? json({
              stack: stack.id,
              queues: queues.map((one) => dataOf(one, run.now)),
              others: others.map(otherData),
              wrong: wrong.map((one) => ({ ...one, key: keyText(one.key) })),
              more: isCut,
            })
          : textOfAll(queues, others, run.now),
      );
      const stuck = queues.reduce((sum, one) => sum + one.stuck.length, 0);
      const isPart = isCut || wrong.length > 0 || queues.some(isLookedAtInPart);
      terminal.err(
        stuck > 0
          ? `${grouped(stuck)} stuck. Next: bin/redis-ops queue show ${stack.id} JOB, and look whether a worker runs`
          : `${queues.length + others.length} looked at, nothing is stuck${isPart ? " of what was looked at" : ""}`,
      );
      const unattended = unattendedText(queues, run.now);
      if (unattended !== undefined) {
        terminal.err(unattended);
      }
      if (isCut) {
        terminal.err(
          `there are more: at most ${grouped(MAX_QUEUES)} queues of RQ and as many others are looked at. ` +
            "Next: --store PATTERN for those of one store",
        );
      }
      for (const one of wrong) {
        terminal.err(`left out: ${wrongText(one)}. Next: look who writes that key; RQ itself fails on it`);
      }
      return stuck + wrong.length > 0 ? ExitCode.unhealthy : ExitCode.ok;
    },
  );
}

interface Found {
  /** Queues of RQ. */
  readonly names: readonly Buffer[];
  readonly others: readonly OtherQueue[];
  /** There are more of either. */
  readonly isCut: boolean;
  /** The set of all queues, where it is none. */
  readonly wrong: readonly WrongKey[];
}

/** The queues of the stores, at most `MAX_QUEUES` of RQ and as many others. */
export async function findQueues(
  search: Search,
  live: Pick<LiveRedis, "batch">,
  { stores }: Selection,
): Promise<Found> {
  const names = new Map<string, Buffer>();
  const others: OtherQueue[] = [];
  const known = await registered(live);
  let { isCut } = known;
  const add = (name: Buffer) => {
    const text = name.toString("latin1");
    if (names.has(text) || names.size < MAX_QUEUES) {
      names.set(text, name);
    } else {
      isCut = true;
    }
  };
  known.names.filter((name) => stores.some(({ keys }) => matchesKey(keys, queueKey(name)))).forEach(add);
  for await (const page of findKeys(search)) {
    for (const { key } of page) {
      const name = queueName(key);
      if (name !== undefined) {
        add(name);
      }
    }
    const unknown = page.filter(({ key }) => !key.toString("latin1").startsWith(QUEUE_PREFIX));
    others.push(...(await readOtherQueues(live, unknown)));
    isCut ||= others.length > MAX_QUEUES;
    others.splice(MAX_QUEUES);
  }
  return { names: [...names.values()].sort(Buffer.compare), others, isCut, wrong: known.wrong };
}

/** Queues that RQ knows, those that are empty now among them. */
async function registered(live: Pick<LiveRedis, "batch">): Promise<Omit<Found, "others">> {
  const [answer, reply] = await live.batch([
    ["TYPE", QUEUES],
    ["SSCAN", QUEUES, 0, "COUNT", MAX_QUEUES],
  ]);
  const type = `${answer}`;
  if (type !== "set" && type !== "none") {
    return { names: [], isCut: false, wrong: [{ key: Buffer.from(QUEUES), type, expected: "set" }] };
  }
  const [cursor, keys] = unlessError(reply) as readonly [Buffer, readonly Buffer[]];
  return { names: keys.flatMap((key) => queueName(key) ?? []), isCut: `${cursor}` !== "0", wrong: [] };
}

function textOfAll(queues: readonly LookedAt[], others: readonly OtherQueue[], now: number): string {
  const parts = [
    queues.length > 0 ? queueTable(queues, now) : undefined,
    ...queues.filter(({ stuck }) => stuck.length > 0).map(stuckText),
    others.length > 0 ? otherTable(others) : undefined,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join("\n\n") : "there is no queue";
}

const queueTable = (queues: readonly LookedAt[], now: number) =>
  table(
    ["QUEUE", ...STATES.map((state) => state.toUpperCase()), "NEXT WAITS", "WORKERS", "STUCK"],
    queues.map((queue) => [
      keyText(queue.name),
      ...STATES.map((state) => grouped(queue.counts[state])),
      waitText(queue, now),
      `${queue.workers.alive}${queue.workers.gone > 0 ? ` (${queue.workers.gone} gone)` : ""}`,
      grouped(queue.stuck.length),
    ]),
  );

function waitText(queue: Queue, now: number): string {
  const waited = waitedFor(queue, now);
  return waited !== undefined ? ageText(waited / 1000) : queue.counts.queued > 0 ? "not known" : "";
}

const isLookedAtInPart = ({ counts }: Pick<Queue, "counts">) =>
  [counts.queued, counts.started].some((count) => count > MAX_LOOKED_AT);

function stuckText({ name, stuck, counts }: LookedAt): string {
  const more = stuck.length - MAX_STUCK_SHOWN;
  return [
    `stuck in ${keyText(name)}${isLookedAtInPart({ counts }) ? `, of the ${grouped(MAX_LOOKED_AT)} that are next in each state` : ""}:`,
    ...stuck.slice(0, MAX_STUCK_SHOWN).map(({ job, state, why }) => `  ${keyText(job)} (${state}): ${why}`),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ].join("\n");
}

const otherTable = (others: readonly OtherQueue[]) =>
  table(
    ["KEY", "TYPE", "LENGTH", "FIRST", "LAST"],
    others.map(({ key, type, length, ends }) => [
      keyText(key),
      type,
      grouped(length),
      ...(ends === undefined ? ["", ""] : ends.map((bytes) => `${grouped(bytes)} B`)),
    ]),
  );

const dataOf = (queue: LookedAt, now: number) => ({
  queue: keyText(queue.name),
  library: "rq",
  ...queue.counts,
  taken: queue.taken,
  next:
    queue.next === undefined
      ? null
      : {
          job: keyText(queue.next.id),
          calls: visible(calledBy(queue.next) ?? ""),
          waitedMilliseconds: waitedFor(queue, now) ?? null,
        },
  workers: queue.workers,
  stuck: queue.stuck.map(({ job, state, why }) => ({ job: keyText(job), state, why })),
});

const otherData = ({ key, store, type, length, ends }: OtherQueue) => ({
  key: keyText(key),
  store: store.keys,
  type,
  length,
  firstBytes: ends?.[0] ?? null,
  lastBytes: ends?.[1] ?? null,
});
