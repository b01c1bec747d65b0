import { deflateSync } from "node:zlib";
import { exceptionOf, outlineOf } from "../../../ops/queue/read-jobs";
import {
  calledBy,
  dependenciesKey,
  type Job,
  queueName,
  rqTime,
  startedJob,
  textOf,
  unpacked,
} from "../../../ops/queue/rq";

const bytes = (text: string) => Buffer.from(text);
const job = (description?: string): Job => ({
  id: bytes("1"),
  fields: { status: bytes("failed"), origin: bytes(""), worker_name: Buffer.from([0xff]) },
  hasData: true,
  ...(description === undefined ? {} : { description }),
});

test.each([
  ["rq:queue:mails", "mails"],
  ["rq:queue:", ""],
  ["rq:queue:a:b", "a:b"],
  ["rq:queue:mails:intermediate", undefined],
  ["rq:queue:mails:intermediate:first_seen:1\n", undefined],
  ["rq:queue:intermediate", "intermediate"],
  ["rq:queues", undefined],
  ["bull:mails:wait", undefined],
])("the queue of %j is %j", (key, name) => {
  expect(queueName(bytes(key))?.toString()).toBe(name);
});

test.each([
  ["started-1", "started-1"],
  [`started-1:${"0af9".repeat(8)}`, "started-1"],
  [`started-1:${"0af9".repeat(8)}0`, `started-1:${"0af9".repeat(8)}0`],
  ["a:b", "a:b"],
])("the job of entry %j is %j", (entry, name) => {
  expect(startedJob(bytes(entry)).toString()).toBe(name);
});

test("the key of what a job waits for has two colons, as RQ writes it", () => {
  expect(dependenciesKey(bytes("1")).toString()).toBe("rq:job::1:dependencies");
});

test.each([
  ["tasks.send('ann', key='x(')", "tasks.send"],
  ["plain words", "plain words"],
  ["", ""],
  [undefined, undefined],
])("of %j no argument is shown", (description, called) => {
  expect(calledBy(job(description))).toBe(called);
});

test("a field that is empty or no text is none", () => {
  expect(textOf(job(), "status")).toBe("failed");
  expect(textOf(job(), "origin")).toBeUndefined();
  expect(textOf(job(), "worker_name")).toBeUndefined();
  expect(textOf(job(), "ttl")).toBeUndefined();
});

test("a traceback of up to 1 MiB is unpacked, and nothing else", () => {
  expect(unpacked(deflateSync(Buffer.alloc(1_048_576, "x")))).toHaveLength(1_048_576);
  expect(unpacked(deflateSync(Buffer.alloc(1_048_577, "x")))).toBeUndefined();
  expect(unpacked(bytes("no zlib"))).toBeUndefined();
});

test.each([
  ["Traceback (most recent call last):\n  File\nValueError: no mailbox for ann@example.org\n", "ValueError"],
  ["rq.timeouts.JobTimeoutException: Task exceeded", "rq.timeouts.JobTimeoutException"],
  ["KeyboardInterrupt", "KeyboardInterrupt"],
  ["something else happened", undefined],
  ["Traceback (most recent call last):\nValueError: no mailbox for\nann", "ValueError"],
  ["ValueError: a\n\nDuring it\n\nTraceback (most recent call last):\nos.Last", "os.Last"],
  ["", undefined],
])("the exception of %j is %j", (traceback, exception) => {
  expect(exceptionOf(traceback)).toBe(exception);
});

test("the outline of a traceback has no source, no message, and nothing that a message looks like", () => {
  const lines = [
    "Traceback (most recent call last):",
    '  File "/app/tasks.py", line 7, in send_mail',
    "    login('ann', 'hunter2')",
    "    ^^^^^^^^^^^^^^^^^^^^^^^",
    '  File "/app/x.py", line 8, in <module>',
    "ValueError: hunter2",
    "hunter2",
    '  File "hunter2", line 1, in x',
    "hunter2: x",
  ];
  expect(outlineOf(`${lines.join("\n")}\n`)).toEqual([lines[1], lines[4], "ValueError"]);
  expect(outlineOf("Work-horse terminated: hunter2")).toEqual([]);
});

test("a moment has microseconds, which rq 1.13 insists on", () => {
  expect(rqTime(1_795_289_103_345)).toBe("2026-11-21T19:25:03.345000Z");
});
