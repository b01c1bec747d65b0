import { findQueues } from "../../../ops/commands/queue-list";
import { emptyTally } from "../../../ops/keys/find-keys";
import { readFilters } from "../../../ops/keys/key-filters";
import { QUEUES } from "../../../ops/keys/subject";
import type { Command, Reply } from "../../../ops/keys/wire";
import { shopStack } from "../../support/stack-fixtures";

const store = (keys: string) => ({ kind: "queue", keys, ttl: "none", lossAcceptable: false }) as const;
const stack = shopStack("dev", { service: { stores: [store("rq:queue:*"), store("bull:*")] } });

const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => Buffer.from(`${prefix}${at}`));

/** A server with so many queues: known to RQ and not empty, of RQ besides, and of another library. */
const serverWith = ({ known = 0, cursor = "0", rq = 0, bull = 0 }) => {
  const answer = ([name, key, , pattern]: Command): Reply =>
    name === "SSCAN"
      ? [Buffer.from(cursor), names("rq:queue:known-", known)]
      : name === "SCAN"
        ? [Buffer.from("0"), pattern === "bull:*" ? names("bull:", bull) : names("rq:queue:", rq)]
        : name === "TYPE"
          ? Buffer.from(key === "rq:queues" ? "set" : "list")
          : 1;
  return { batch: async (commands: readonly Command[]) => commands.map(answer) };
};

test.each([
  [
    { known: 999, rq: 1, bull: 1000 },
    { rq: 1000, others: 1000, isCut: false },
  ],
  [
    { known: 1000, rq: 1 },
    { rq: 1000, others: 0, isCut: true },
  ],
  [{ known: 1001 }, { rq: 1000, others: 0, isCut: true }],
  [
    { known: 1, cursor: "7" },
    { rq: 1, others: 0, isCut: true },
  ],
  [{ bull: 1001 }, { rq: 0, others: 1000, isCut: true }],
])("of %j %j are told", async (given, expected) => {
  const live = serverWith(given);
  const selection = readFilters(stack, { key: [], where: [], withoutTtl: false }, QUEUES);
  const search = { live, selection, now: 0, shown: {}, tally: emptyTally(), isStopped: () => false };
  const { names: found, others, isCut } = await findQueues(search, live, selection);
  expect({ rq: found.length, others: others.length, isCut }).toEqual(expected);
});
