import type { LiveRedis } from "../live-redis";
import { unlessError } from "./scan-keys";
import type { Command, Reply } from "./wire";

/**
 * Keys that are watched together. WATCH compares each with all before it (`watchForKey` in src/multi.c), so that its time
 * grows with the square, and EXEC does the whole at one go: with 256 the slowest hundredth of another client's answers took
 * 2.6 ms on 7.0.15, with 64 1.1 to 1.7 ms, and all of it together took the same time.
 */
export const WATCHED_TOGETHER = 64;

/** A key that somebody changes all the time is left alone after so many tries. */
const MAX_TRIES = 10;

/** How keys are changed, when they still are what they were chosen for. */
export interface WatchedChange<T extends { readonly key: Buffer }> {
  /** Reads the keys anew, on the connection that has just sent WATCH, and returns those that are still to be changed. */
  readonly judge: (keys: readonly T[]) => Promise<readonly T[]>;
  /** What has to be done before, such as to keep a copy. Returns those that may be changed. @default - nothing */
  readonly prepare?: (keys: readonly T[]) => Promise<readonly T[]>;
  /** What changes them. Each is called by its original name, and answers how many keys it changed. */
  readonly commands: (keys: readonly T[]) => readonly Command[];
  /** What was prepared is done, or not, since one of the keys was changed meanwhile. @default - nothing */
  readonly settle?: (isDone: boolean) => Promise<void>;
  /** Is told at once how many keys EXEC changed, so that a caller knows it when the next batch fails. */
  readonly onChanged: (changed: number) => void;
}

/**
 * Changes keys, at most `WATCHED_TOGETHER`, unless somebody else touches them between the look and the change: WATCH, look,
 * MULTI, change, EXEC. Where EXEC did nothing, the keys are judged anew in two halves. A key that has expired meanwhile is
 * one that somebody touched.
 * @returns how many keys were left because somebody else changed them again and again
 * @throws the first error of a command within EXEC, when the others have been counted and it has been settled that EXEC was
 * @throws ConnectionLost when the server goes away; what the last EXEC did is not known then
 */
export async function changeWatched<T extends { readonly key: Buffer }>(
  live: Pick<LiveRedis, "batch">,
  keys: readonly T[],
  change: WatchedChange<T>,
  tries = 1,
): Promise<number> {
  if (keys.length === 0) {
    return 0;
  }
  // Both are sent at once: Redis takes WATCH before the look. One by one: `nc` sends a long command in pieces, and the last of
  // them waits 40 ms where no reply is due before.
  const [watched, due] = await Promise.all([
    live.batch(keys.map(({ key }) => ["WATCH", key])),
    change.judge(keys),
  ]);
  watched.forEach(unlessError);
  const ready = due.length > 0 && change.prepare !== undefined ? await change.prepare(due) : due;
  if (ready.length === 0) {
    unlessError((await live.batch([["UNWATCH"]]))[0]);
    return 0;
  }
  const replies = await live.batch([["MULTI"], ...change.commands(ready), ["EXEC"]]);
  const done = resultOf(replies);
  if (done !== null) {
    change.onChanged(
      done.reduce<number>((sum, reply) => sum + (reply instanceof Error ? 0 : Number(reply)), 0),
    );
  }
  await change.settle?.(done !== null);
  if (done !== null) {
    done.forEach(unlessError);
    return 0;
  }
  if (due.length === 1 && tries >= MAX_TRIES) {
    return 1;
  }
  const half = Math.ceil(due.length / 2);
  return (
    (await changeWatched(live, due.slice(0, half), change, tries + 1)) +
    (await changeWatched(live, due.slice(half), change, tries + 1))
  );
}

/** What EXEC answered; null: a key was touched, and nothing was done. An error of a command before it says more than EXEC's. */
function resultOf(replies: readonly Reply[]): readonly Reply[] | null {
  const refused = replies.slice(0, -1).find((reply) => reply instanceof Error);
  return unlessError(refused ?? replies.at(-1)) as readonly Reply[] | null;
}
