import type { Service } from "../../../config/service";
import { queueDelete, queueRequeue, undone } from "../../../ops/commands/queue-change";
import { queueJobs } from "../../../ops/commands/queue-jobs";
import { queueShow } from "../../../ops/commands/queue-show";
import { shopStack } from "../../support/stack-fixtures";

const stackWith = (keys: string) => {
  const stores: Service["stores"] = [{ kind: "queue", keys, ttl: "none", lossAcceptable: false }];
  return shopStack("dev", { service: { stores } });
};

const RQ = stackWith("rq:queue:*");
const BULL = stackWith("bull:*");
const FLAGS = { yes: false, json: false };
const silent = { out: () => undefined, err: () => undefined };

const NOT_RQ =
  "expected a queue of RQ that the stack declares: a store of kind queue whose keys are rq:queue:*. " +
  "Fix: name another, or declare it in stores of config/services/shop.ts.";

test("jobs, or all that failed, have to be named, and not both", async () => {
  await expect(queueRequeue(RQ, [], FLAGS, silent)).rejects.toThrow(
    "queue requeue: got no job, expected jobs, or --failed with a queue. " +
      "Fix: name jobs as queue jobs prints them, or write --failed QUEUE.",
  );
  await expect(queueDelete(RQ, ["1"], { ...FLAGS, failed: "mails" }, silent)).rejects.toThrow(
    "queue delete: got jobs, and --failed, expected jobs, or --failed with a queue. Fix: leave one of them out.",
  );
});

test("what is empty is refused, as a variable of the shell may be", async () => {
  const nothing =
    'got "", expected a text that is not empty. Fix: write what is meant; a variable of the shell may be empty.';
  await expect(queueDelete(RQ, ["1", ""], FLAGS, silent)).rejects.toThrow(`job: ${nothing}`);
  await expect(queueRequeue(RQ, [], { ...FLAGS, failed: "" }, silent)).rejects.toThrow(
    `--failed: ${nothing}`,
  );
});

test("an age is a time", async () => {
  const options = { ...FLAGS, failed: "mails", olderThan: "0s" };
  await expect(async () => queueDelete(RQ, [], options, silent)).rejects.toThrow(
    '--older-than: got "0s", expected 1 ms or more. Fix: write a longer time.',
  );
});

test("what knows RQ alone refuses another library's queue", async () => {
  await expect(queueShow(BULL, "1", { reveal: false, json: false }, silent)).rejects.toThrow(
    `shop-dev: got no queue of RQ, ${NOT_RQ}`,
  );
  await expect(queueRequeue(BULL, ["1"], FLAGS, silent)).rejects.toThrow(
    `shop-dev: got no queue of RQ, ${NOT_RQ}`,
  );
  await expect(queueJobs(BULL, "mails", { state: "queued", json: false }, silent)).rejects.toThrow(
    `queue: got "mails", ${NOT_RQ}`,
  );
});

test("what is left undone of all that failed is what somebody kept changing, of named jobs everything", () => {
  const tally = new Map([["changed", 1] as const, ["awaited", 2] as const, ["notOld", 4] as const]);
  expect([undone(tally, true), undone(tally, false)]).toEqual([0, 6]);
  const restless = new Map([...tally, ["restless", 8] as const]);
  expect([undone(restless, true), undone(restless, false)]).toEqual([8, 14]);
});

test.each(["0", "10001", "x"])("a limit of %s is refused", async (limit) => {
  await expect(queueJobs(RQ, "mails", { state: "queued", json: false, limit }, silent)).rejects.toThrow(
    `--limit: got "${limit}", expected a whole number of 1 to 10000. Fix: write how many to show at most.`,
  );
});
