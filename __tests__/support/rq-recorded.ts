import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "../../ops/keys/wire";

/** Versions of RQ whose keys are recorded: with redis-py 4.6 and 8.1, as the commands that write them. */
export const RQ_VERSIONS = ["1.13", "2.6"] as const;
export type RqVersion = (typeof RQ_VERSIONS)[number];

type Word = string | { readonly base64: string };
type Written = readonly [string, ...(Word | number)[]];

interface Recording {
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /**
   * Queue `mails`: queued-1, queued-2, and missing-1 whose hash is gone; started-1 by worker `alive`, and started-2 by worker
   * `gone`, which was killed and whose hash has expired; failed-1 to failed-3, for the last of which deferred-1 waits;
   * finished-1, scheduled-1, canceled-1.
   */
  readonly state: readonly Written[];
  /** What RQ's own `requeue_job` left of the hash. */
  readonly requeued: Readonly<Record<"failed-1" | "failed-2", readonly Written[]>>;
}

const recording = (version: RqVersion): Recording =>
  JSON.parse(readFileSync(join(__dirname, `rq-${version}.json`), "utf8"));

/** The commands that write what RQ wrote, its moments as long before `now` as they were then. */
export function rqState(version: RqVersion, now: number): readonly Command[] {
  const { state, recordedAt } = recording(version);
  return state.map((words) => shifted(words, now - recordedAt));
}

/** The fields of a job's hash as RQ's `requeue_job` left them, apart from its moments, and its TTL where RQ has set one. */
export function rqRequeued(version: RqVersion, job: "failed-1" | "failed-2") {
  const written = recording(version).requeued[job];
  const [, , ...words] = written.find(([name]) => name === "HSET") ?? ["HSET"];
  const ttl = written.find(([name]) => name === "EXPIRE")?.[2];
  const fields = words.flatMap((word, at) =>
    at % 2 === 0 ? [[`${word}`, bytesOf(words[at + 1] ?? "")]] : [],
  );
  return { fields: Object.fromEntries(fields) as Record<string, Buffer>, ttl };
}

function shifted([name, ...words]: Written, milliseconds: number): Command {
  const moved = words.map((word) => {
    if (typeof word === "string" && MOMENT.test(word)) {
      const moment = new Date(Date.parse(word) + milliseconds);
      return moment.toISOString().replace("Z", `${word.slice(-4, -1)}Z`);
    }
    return name === "ZADD" && typeof word === "string" && SCORE.test(word)
      ? Number(word) + milliseconds / 1000
      : bytesOf(word);
  });
  return [name, ...moved];
}

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const SCORE = /^\d{10}\.\d+$/;

const bytesOf = (word: Word | number) =>
  typeof word === "object" ? Buffer.from(word.base64, "base64") : Buffer.from(`${word}`);
