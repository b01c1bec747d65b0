import { type Queue, unattendedText } from "../../../ops/queue/read-queues";
import { STATES, type State } from "../../../ops/queue/rq";

const NOW = Date.UTC(2026, 0, 1);

/** A queue in which so many jobs wait, the next one since an hour. */
const queue = (name: string, queued: number, alive: number, next = true): Queue => ({
  name: Buffer.from(name),
  counts: { ...(Object.fromEntries(STATES.map((state) => [state, 1])) as Record<State, number>), queued },
  taken: 0,
  workers: { alive, gone: 1 },
  ...(next
    ? {
        next: {
          id: Buffer.from("1"),
          fields: { enqueued_at: Buffer.from("2025-12-31T23:00:00.000000Z") },
          hasData: true,
        },
      }
    : {}),
});

test("queues in which jobs wait without a worker are told by name, and no others", () => {
  expect(unattendedText([queue("idle", 0, 0, false), queue("busy", 7, 1)], NOW)).toBeUndefined();
  expect(unattendedText([queue("mails", 1, 0), queue("busy", 7, 1), queue("a b", 1200, 0, false)], NOW)).toBe(
    'no worker, and jobs wait: mails (1 job, the next one for 1 h), "a b" (1,200 jobs). ' +
      "Next: start a worker, or look why it ended",
  );
});

test.each([
  [10, "q (1 job, the next one for 1 h)."],
  [11, "q (1 job, the next one for 1 h) and 1 more."],
])("of %j the first ten are named", (count, end) => {
  const text = unattendedText(Array(count).fill(queue("q", 1, 0)), NOW);
  expect(text?.split("q (1 job")).toHaveLength(11);
  expect(text).toContain(end);
});
