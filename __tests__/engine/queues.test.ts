import type { Store } from "../../config/service";
import { queueDelete, queueRequeue } from "../../ops/commands/queue-change";
import { queueJobs } from "../../ops/commands/queue-jobs";
import { queueList } from "../../ops/commands/queue-list";
import { queueShow } from "../../ops/commands/queue-show";
import type { Command } from "../../ops/keys/wire";
import type { LiveRedis } from "../../ops/live-redis";
import { changeFailed, REQUEUE } from "../../ops/queue/failed-jobs";
import { LiveStack, storeOfKind } from "../support/live-stack";
import { recorded } from "../support/recorded";
import { RQ_VERSIONS, rqRequeued, rqState } from "../support/rq-recorded";
import type { TestStack } from "../support/test-stack";

/** One stack with a password and renamed commands, and what RQ itself has written: one file, since a second one costs a deploy. */

const STORES: readonly Store[] = [
  storeOfKind("queue", "rq:queue:*", "none"),
  storeOfKind("queue", "bull:*", "none"),
  storeOfKind("jobs", "rq:job:*", "2 h"),
];

let lab: LiveStack;
let stack: TestStack;
let id: string;
let live: LiveRedis;

beforeAll(async () => {
  lab = await LiveStack.deploy(STORES);
  stack = lab.stack;
  id = stack.resolved.id;
  live = lab.live;
}, 120_000);

afterAll(() => lab?.remove());

const write = (...commands: readonly Command[]) => lab.write(...commands);

afterEach(() => lab.clear());

/** What reads every key as it is. */
async function dumps(): Promise<readonly Command[]> {
  const [, keys] = await live.redis.scanBuffer("0", "COUNT", 10_000);
  return keys.sort(Buffer.compare).map((key) => ["DUMP", key]);
}

const silent = { out: () => undefined, err: () => undefined };

it("tells the type, the length and the ends of queues of other libraries", async () => {
  await write(["RPUSH", "bull:mails:wait", "1", "22", "333"], ["HSET", "bull:mails:1", "data", "{}"]);
  const listed = await recorded((terminal) =>
    queueList(stack.resolved, { json: false, store: "bull:*" }, terminal),
  );
  expect(listed).toMatchObject({ exitCode: 0, err: "1 looked at, nothing is stuck" });
  expect(listed.out).toMatch(/^bull:mails:wait +list +3 +1 B +3 B$/m);
  expect(listed.out.split("\n")).toHaveLength(2);
});

it("refuses a queue that is not there, and suggests one that is", async () => {
  await write(
    ["SADD", "rq:queues", "rq:queue:mails", "rq:queue:reports"],
    ["ZADD", "rq:failed:lost", 1, "a"],
  );
  const refusal = "got no such queue: mail, expected a queue that RQ knows, as queue list prints it.";
  const fix = 'Fix: did you mean "mails"? Use that name.';
  const failed = { failed: "mail", yes: true, json: false };
  const ways: Record<string, () => Promise<unknown>> = {
    queue: () => queueJobs(stack.resolved, "mail", { state: "queued", json: false }, silent),
    "--failed": () => queueRequeue(stack.resolved, [], failed, silent),
  };
  for (const [field, way] of Object.entries(ways)) {
    await expect(way()).rejects.toThrow(`${field}: ${refusal} ${fix}`);
  }
  await expect(queueDelete(stack.resolved, [], failed, silent)).rejects.toThrow(
    `--failed: ${refusal} ${fix}`,
  );
  for (const [name, state] of [
    ["mails", "failed"],
    ["lost", "queued"],
  ] as const) {
    const empty = await recorded((terminal) =>
      queueJobs(stack.resolved, name, { state, json: false }, terminal),
    );
    expect(empty).toMatchObject({ exitCode: 0, err: `0 jobs ${state}` });
  }
});

it("names a key of the wrong type, and looks at the other queues", async () => {
  await write(
    ["RPUSH", "rq:queue:good", "a"],
    ["HSET", "rq:job:a", "data", "x", "status", "queued"],
    ["RPUSH", "rq:queue:bad", "a"],
    ["SET", "rq:failed:bad", "x"],
    ["SET", "rq:queue:odd", "x"],
    ["HSET", "rq:queues", "x", "y"],
  );
  const why = "Next: look who writes that key; RQ itself fails on it";
  const listed = await recorded((terminal) => queueList(stack.resolved, { json: false }, terminal));
  expect(listed.exitCode).toBe(1);
  expect(listed.err).toMatch(/^1 looked at, nothing is stuck of what was looked at$/m);
  expect(listed.err.split("\n").filter((line) => line.startsWith("left out"))).toEqual([
    `left out: rq:queues of type hash, not set. ${why}`,
    `left out: rq:failed:bad of type string, not zset. ${why}`,
    `left out: rq:queue:odd of type string, not list. ${why}`,
  ]);
  expect(listed.out).toMatch(/^good +1 /m);
  const data = await recorded((terminal) => queueList(stack.resolved, { json: true }, terminal));
  expect(JSON.parse(data.out).wrong[1]).toEqual({ key: "rq:failed:bad", type: "string", expected: "zset" });
  await expect(
    queueDelete(stack.resolved, [], { failed: "bad", yes: true, json: false }, silent),
  ).rejects.toThrow(
    "--failed: got rq:failed:bad of type string, not zset, expected keys of the types that RQ",
  );
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
    expect(shown.out).toMatch(/--reveal shows them\):\n( {4}File ".*", line \d+, in \w+\n)+ {2}ValueError$/);
    expect(shown.output).not.toContain("example.org");
    const revealed = await recorded((terminal) =>
      queueShow(stack.resolved, "failed-1", { reveal: true, json: false }, terminal),
    );
    expect(revealed.out).toContain("  ValueError: no mailbox for ann@example.org \\u001b[31m");
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
      out: `${id}: 2 jobs requeued; 1 left, whose hash is gone, or names no queue; 1 left, not failed`,
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
    await write(["HDEL", "rq:job:failed-3", "data"]);
    const empty = await recorded((terminal) =>
      queueRequeue(stack.resolved, ["failed-3"], { yes: true, json: false }, terminal),
    );
    expect(empty).toMatchObject({
      exitCode: 1,
      out: `${id}: 0 jobs requeued; 1 left, without a payload in their hash (data), so that there is nothing to run`,
    });
    expect(empty.err).toContain(
      "1 job cannot run. Next: enqueue it anew, and clear it away with queue delete",
    );
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

  it("leaves what runs, waits or is no job, although it is among the failed ones", async () => {
    const execution = "0123456789abcdef".repeat(2);
    const others = ["started-1", "queued-1", "finished-1", "failed-3:dependents", ":deferred-1:dependencies"];
    await write(
      ...others.map((name, at): Command => ["ZADD", "rq:failed:mails", 5e9 + at, name]),
      ["LPUSH", "rq:queue:mails", "failed-1"],
      ["HSET", "rq:job:failed-3", "status", "stopped"],
      ...(version === "1.13"
        ? [["ZADD", "rq:wip:mails", 5e9, "failed-2"] satisfies Command]
        : ([
            ["ZADD", "rq:wip:mails", 5e9, `failed-2:${execution}`],
            ["ZADD", "rq:executions:failed-2", 5e9, execution],
          ] satisfies Command[])),
    );
    const left = { started: 2, queued: 2, otherStatus: 1, otherType: 2 };
    const all = { failed: "mails", json: true };
    const state = async () => (await write(...(await dumps()))).map(String);
    const before = await state();
    const change = async (how: typeof queueDelete, yes: boolean) =>
      JSON.parse((await recorded((terminal) => how(stack.resolved, [], { ...all, yes }, terminal))).out);
    for (const yes of [false, true]) {
      expect(await change(queueDelete, yes)).toMatchObject({ left: { ...left, awaited: 1 } });
    }
    expect(await change(queueRequeue, false)).toMatchObject({ matched: 1, left });
    expect(await state()).toEqual(before);
    expect(await change(queueRequeue, true)).toMatchObject({ requeued: 1, left });
    expect(await live.redis.lrange("rq:queue:mails", 0, -1)).toEqual([
      "failed-1",
      "queued-1",
      "queued-2",
      "missing-1",
      "failed-3",
    ]);
    const named = await recorded((terminal) =>
      queueRequeue(stack.resolved, ["started-1", "queued-1"], { yes: true, json: false }, terminal),
    );
    expect(named).toMatchObject({
      exitCode: 1,
      out: `${id}: 0 jobs requeued; 1 left, not failed: started; 1 left, not failed: waits in its queue`,
    });
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
    expect(none.err).toMatch(
      new RegExp(
        `^audit: \\S+ ${id} queue delete --failed mails --older-than "1h": 0 jobs deleted; 2 left, `,
        "m",
      ),
    );
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
