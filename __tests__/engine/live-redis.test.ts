import { prospectflow } from "../../config/services/prospectflow";
import { dockerEngine } from "../../ops/docker-engine";
import { ConnectionLost } from "../../ops/keys/wire";
import { connectRedis, type LiveRedis } from "../../ops/live-redis";
import { eventually } from "../support/eventually";
import { Scratch } from "../support/scratch";
import { TestStack } from "../support/test-stack";

/** One stack with a password, renamed commands and no published port; each test goes on where the one before stopped. */

let scratch: Scratch;
let stack: TestStack;
let live: LiveRedis;

beforeAll(async () => {
  scratch = await Scratch.create();
  stack = await TestStack.deploySmall(scratch, prospectflow, "prod");
  live = await connectRedis(dockerEngine({}), stack.resolved);
}, 120_000);

afterAll(async () => {
  live?.close();
  await scratch.remove();
});

it("is user ops on one connection, whichever way it is used", async () => {
  const [who, id] = await live.batch([
    ["ACL", "WHOAMI"],
    ["CLIENT", "ID"],
  ]);
  expect(`${who}`).toBe("ops");
  expect(await live.redis.client("ID")).toBe(id);
  expect(`${await live.redis.client("GETNAME")}`).toBe("redis-ops");
});

it("calls commands by the names they answer to, and refuses those that are disabled", async () => {
  const [maxmemory] = await live.batch([["CONFIG", "GET", "maxmemory"]]);
  expect(String(maxmemory)).toBe("maxmemory,67108864");
  await expect(live.batch([["PING"], ["FLUSHALL"]])).rejects.toThrow(
    "got no command FLUSHALL, which its redis.conf disables, expected a server where user ops may call FLUSHALL.",
  );
});

it("answers each command of a batch, errors too, with bytes as they are", async () => {
  const key = Buffer.from([0, 255, 13, 10, 36]);
  const replies = await live.batch([
    ["SET", key, "é"],
    ["LPUSH", key, "x"],
    ["GET", key],
    ["PTTL", key],
    ["GET", "none"],
    ["UNLINK", key],
  ]);
  expect(replies.map((reply) => (reply instanceof Error ? reply.message : String(reply)))).toEqual([
    "OK",
    "WRONGTYPE Operation against a key holding the wrong kind of value",
    "é",
    "-1",
    "null",
    "1",
  ]);
});

it("keeps batches and commands of ioredis apart, and values of megabytes whole", async () => {
  const large = "x".repeat(3_000_000);
  const first = live.batch([
    ["SET", "large", large],
    ["GET", "large"],
  ]);
  const second = live.batch([["ECHO", "second"]]);
  const third = live.redis.echo("third");
  expect(String((await first)[1])).toHaveLength(large.length);
  expect(String((await second)[0])).toBe("second");
  expect(String(await third)).toBe("third");
  expect(await live.redis.unlink("large")).toBe(1);
});

it("leaves no process in the container when it is closed", async () => {
  const carriers = async () => {
    const { Processes } = await stack.container.top();
    return Processes.filter((row: readonly string[]) => /\bdd\b|\bnc\b|\[sh\]/.test(row.at(-1) ?? "")).length;
  };
  const before = await eventually(carriers, (count) => count > 0);
  const second = await connectRedis(dockerEngine({}), stack.resolved);
  expect(await carriers()).toBeGreaterThan(before);
  second.close();
  expect(await eventually(carriers, (count) => count === before)).toBe(before);
});

it("says that the connection is lost, to what waits and to what comes later", async () => {
  const waiting = live.batch([["BLPOP", "nothing", 0]]);
  const told = expect(waiting).rejects.toThrow(ConnectionLost);
  await stack.container.kill();
  await told;
  await expect(live.batch([["PING"]])).rejects.toThrow(ConnectionLost);
});
