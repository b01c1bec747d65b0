import { setTimeout as sleep } from "node:timers/promises";

/** Asks until the answer is as wanted, or for ten seconds; returns the last answer either way. */
export async function eventually<T>(
  question: () => Promise<T> | T,
  isWanted: (answer: T) => boolean,
): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const answer = await question();
    if (isWanted(answer) || Date.now() > end) {
      return answer;
    }
    await sleep(100);
  }
}
