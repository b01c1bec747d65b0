import type { Store } from "../../config/service";
import { prospectflow } from "../../config/services/prospectflow";
import { queueDelete, queueRequeue } from "../../ops/commands/queue-change";
import { queueJobs } from "../../ops/commands/queue-jobs";
import { queueList } from "../../ops/commands/queue-list";
import { queueShow } from "../../ops/commands/queue-show";
import { dockerEngine } from "../../ops/docker-engine";
import type { Command } from "../../ops/keys/wire";
import { connectRedis, type LiveRedis } from "../../ops/live-redis";
import { changeFailed, REQUEUE } from "../../ops/queue/failed-jobs";
import { recorded } from "../support/recorded";
import { RQ_VERSIONS, rqRequeued, rqState } from "../support/rq-recorded";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** One stack with a password and renamed commands, and what RQ itself has written. */

const store = (kind: Store["kind"], keys: string, ttl: Store["ttl"]): Store => ({
  kind,
  keys,
  ttl,
  lossAcceptable: false,
});

const STORES: readonly Store[] = [
  store("queue", "rq:queue:*", "none"),
  store("queue", "bull:*", "none"),
  store("jobs", "rq:job:*", "2 h"),
];

let scratch: Scratch;
let stack: TestStack;
let id: string;
let live: LiveRedis;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, { ...prospectflow, stores: STORES }, "prod");
  id = stack.resolved.id;
  live = await connectRedis(dockerEngine({}), stack.resolved);
}, 120_000);

afterAll(async () => {
  live?.close();
  await scratch.remove();
});

async function write(...commands: readonly Command[]): Promise<readonly unknown[]> {
  const replies = await live.batch(commands);
  expect(replies.filter((reply) => reply instanceof Error)).toEqual([]);
  return replies;
}

/** All keys are gone. */
async function clear(): Promise<void> {
  const [, keys] = await live.redis.scanBuffer("0", "COUNT", 10_000);
  await write(...keys.map((key): Command => ["UNLINK", key]));
}

afterEach(clear);

it("tells the type, the length and the ends of queues of other libraries", async () => {
  await write(["RPUSH", "bull:mails:wait", "1", "22", "333"], ["HSET", "bull:mails:1", "data", "{}"]);
  const listed = await recorded((terminal) =>
    queueList(stack.resolved, { json: false, store: "bull:*" }, terminal),
  );
  expect(listed).toMatchObject({ exitCode: 0, err: "1 looked at, nothing is stuck" });
  expect(listed.out).toMatch(/^bull:mails:wait +list +3 +1 B +3 B$/m);
  expect(listed.out.split("\n")).toHaveLength(2);
});

describe.each(RQ_VERSIONS)("queues of rq %s", (version) => {
  beforeEach(() => write(...rqState(version, Date.now())));

  const hashOf = async (job: string) => live.redis.hgetallBuffer(`rq:job:${job}`);

  it("lists states, workers and what is stuck", async () => {
    const listed = await recorded((terminal) => queueList(stack.resolved, { json: true }, terminal));
    expect(listed.exitCode).toBe(1);
    const { queues } = JSON.parse(listed.out);
    expect(queues).toEqual([
      {
        queue: "mails",
        library: "rq",
        queued: 3,
        started: 2,
        deferred: 1,
        scheduled: 1,
        finished: 1,
        failed: 3,
        canceled: 1,
        taken: 0,
        next: { job: "queued-1", calls: "tasks.send_mail", waitedMilliseconds: expect.any(Number) },
        workers: { alive: 1, gone: 1 },
        stuck: [
          {
            job: "missing-1",
            state: "queued",
            why: "its hash is gone: it has expired, or was evicted or deleted",
          },
          { job: "started-2", state: "started", why: "its worker gone is gone" },
        ],
      },
    ]);
    const text = await recorded((terminal) => queueList(stack.resolved, { json: false }, terminal));
    expect(text.out).toMatch(/^mails +3 +2 +1 +1 +1 +3 +1 +\d+ s +1 \(1 gone\) +2$/m);
    expect(text.err).toContain("2 stuck. Next: ");
  });

  it("finds what has no heartbeat, waits too long, or was taken and never started", async () => {
    const second = Math.floor(Date.now() / 1000);
    const { old } = { old: new Date(Date.now() - 7_201_000).toISOString().replace("Z", "000Z") };
    const [, started] = await live.redis.zrange("rq:wip:mails", 0, 1);
    await write(
      ["SET", "rq:worker:gone", "x"],
      ["ZADD", "rq:wip:mails", second - 61, started ?? ""],
      ["HSET", "rq:job:queued-2", "enqueued_at", old],
      ["LREM", "rq:queue:mails", 1, "queued-1"],
      ["RPUSH", "rq:queue:mails:intermediate", "queued-1", "started-1"],
      ["SET", "rq:queue:mails:intermediate:first_seen:queued-1", second - 62],
      ["UNLINK", "rq:worker:gone"],
      ["HSET", "rq:worker:gone", "birth", old],
    );
    const listed = await recorded((terminal) => queueList(stack.resolved, { json: true }, terminal));
    const [{ stuck, taken }] = JSON.parse(listed.out).queues;
    expect(taken).toBe(2);
    expect(stuck.map(({ job, why }: { job: string; why: string }) => [job, why])).toEqual([
      ["queued-2", "waits longer than jobs live here: 2 h"],
      ["missing-1", expect.stringContaining("its hash is gone")],
      ["queued-1", "a worker has taken it, and never started it"],
      ["started-2", "its heartbeat is overdue by 1 min"],
    ]);
  });

  it("lists failed jobs, and shows one without its arguments", async () => {
    const failed = { state: "failed", json: false } as const;
    const listed = await recorded((terminal) => queueJobs(stack.resolved, "mails", failed, terminal));
    expect(listed.err).toBe("3 jobs failed");
    expect(listed.out).toMatch(
      /^failed-1 +tasks\.fail +\d+ s ago +\d+ s ago +\d+ s ago +\w{32} +ValueError$/m,
    );
    expect(listed.output).not.toContain("example.org");
    const shown = await recorded((terminal) =>
      queueShow(stack.resolved, "failed-1", { reveal: false, json: false }, terminal),
    );
    expect(shown.out).toMatch(/^ {2}calls +tasks\.fail\(arguments hidden; --reveal shows them\)$/m);
    expect(shown.out).toMatch(/^ {2}in +failed$/m);
    expect(shown.out).toContain("  ValueError: no mailbox for ann@example.org \\u001b[31m");
    const none = await recorded((terminal) =>
      queueShow(stack.resolved, "none", { reveal: false, json: false }, terminal),
    );
    expect(none).toMatchObject({ exitCode: 1, out: "" });
  });

  it("requeues failed jobs as RQ itself does, and nothing without --yes", async () => {
    const options = { failed: "mails", yes: false, json: false };
    const dry = await recorded((terminal) => queueRequeue(stack.resolved, [], options, terminal));
    expect(dry.out).toMatch(new RegExp(`^${id}: 3 jobs to requeue\n`));
    expect(await stack.redis("ZCARD", "rq:failed:mails")).toBe("3");
    const jobs = ["failed-1", "failed-2", "queued-1", "none"];
    const done = await recorded((terminal) =>
      queueRequeue(stack.resolved, jobs, { yes: true, json: false }, terminal),
    );
    expect(done).toMatchObject({
      exitCode: 1,
      out: `${id}: 2 jobs requeued; 1 left, with no hash that could run; 1 left, not failed`,
    });
    expect(await live.redis.zrange("rq:failed:mails", 0, -1)).toEqual(["failed-3"]);
    expect(await live.redis.lrange("rq:queue:mails", 0, -1)).toEqual([
      "queued-1",
      "queued-2",
      "missing-1",
      "failed-1",
      "failed-2",
    ]);
    for (const job of ["failed-1", "failed-2"] as const) {
      const { fields, ttl } = rqRequeued(version, job);
      const ours = await hashOf(job);
      const moments = ["created_at", "enqueued_at", "last_heartbeat"];
      for (const name of moments) {
        expect(ours[name]?.toString()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
        delete ours[name];
        delete fields[name];
      }
      expect(ours).toEqual(fields);
      if (ttl !== undefined) {
        expect(await live.redis.ttl(`rq:job:${job}`)).toBeLessThanOrEqual(Number(ttl));
      }
    }
  });

  it("takes any bytes for the name of a job or a queue", async () => {
    const queue = Buffer.from([0x20, 0xff, 0x0a]);
    const ids = ["a b\n", "x:y", '"', "\u001b[2J"].map((text) => Buffer.from(text));
    const key = (prefix: string, name: Buffer) => Buffer.concat([Buffer.from(prefix), name]);
    await write(
      ["SET", "rq:queue:odd", "no list"],
      ...ids.flatMap((one): Command[] => [
        ["ZADD", key("rq:failed:", queue), 4e9, one],
        ["HSET", key("rq:job:", one), "data", "x", "origin", queue, "status", "failed"],
      ]),
    );
    const options = { failed: '" \\xff\\x0a"', yes: true, json: false };
    const done = await recorded((terminal) => queueRequeue(stack.resolved, [], options, terminal));
    expect(done.out).toBe(`${id}: 4 jobs requeued`);
    const queued = await live.redis.lrangeBuffer(key("rq:queue:", queue), 0, -1);
    expect(queued.sort(Buffer.compare)).toEqual([...ids].sort(Buffer.compare));
    const listed = await recorded((terminal) => queueList(stack.resolved, { json: false }, terminal));
    expect(listed.out).toMatch(/^" \\xff\\x0a" +4 /m);
    expect(listed.out).not.toContain("odd");
  });

  it("does not requeue a job that RQ itself requeues at the same time", async () => {
    let isFirst = true;
    const batch: LiveRedis["batch"] = async (commands) => {
      if (commands[0]?.[0] === "MULTI" && isFirst) {
        isFirst = false;
        await stack.redis("ZREM", "rq:failed:mails", "failed-1");
      }
      return live.batch(commands);
    };
    const told: Record<string, number> = {};
    const job = { id: Buffer.from("failed-1"), queue: Buffer.from("mails") };
    await changeFailed({ batch }, [job], REQUEUE, Date.now(), (outcome, count) => {
      told[outcome] = (told[outcome] ?? 0) + count;
    });
    expect(told).toEqual({ notFailed: 1 });
    expect(await live.redis.lrange("rq:queue:mails", 0, -1)).not.toContain("failed-1");
  });

  it("deletes failed jobs with all that names them, and leaves those that others wait for", async () => {
    const young = { failed: "mails", olderThan: "1h", yes: true, json: false };
    const none = await recorded((terminal) => queueDelete(stack.resolved, [], young, terminal));
    expect(none.out).toBe(
      `${id}: 0 jobs deleted; 2 left, not that old, or without a date of their end; 1 left, that other jobs wait for`,
    );
    await write(["ZADD", "rq:failed:mails", 4e9, "cleared-1"], ["SADD", "rq:group:g", "failed-1", "x"]);
    await write(["HSET", "rq:job:failed-1", "group_id", "g"]);
    const done = await recorded((terminal) =>
      queueDelete(stack.resolved, [], { failed: "mails", yes: true, json: false }, terminal),
    );
    expect(done).toMatchObject({
      exitCode: 0,
      out: `${id}: 3 jobs deleted; 1 left, that other jobs wait for`,
    });
    const [, keys] = await live.redis.scan("0", "COUNT", 1000);
    expect(keys.filter((key) => /failed-[12]|cleared/.test(key))).toEqual([]);
    expect(await live.redis.zrange("rq:failed:mails", 0, -1)).toEqual(["failed-3"]);
    expect(await live.redis.smembers("rq:group:g")).toEqual(["x"]);
    expect(keys).toContain("rq:results:failed-3");
  });
});
