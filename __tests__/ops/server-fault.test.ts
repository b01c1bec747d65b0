import { ReplyError } from "ioredis";
import { InvalidInputError } from "../../core/problem";
import { connectEngine } from "../../ops/docker-engine";
import { connectRedis } from "../../ops/live-redis";
import { onServer } from "../../ops/look/on-server";
import { EngineError } from "../support/fake-container";
import { redisOps } from "../support/recording-terminal";
import { shopStack } from "../support/stack-fixtures";

jest.mock("../../ops/live-redis", () => ({
  ...jest.requireActual("../../ops/live-redis"),
  connectRedis: jest.fn(),
}));
jest.mock("../../ops/docker-engine", () => ({
  ...jest.requireActual("../../ops/docker-engine"),
  connectEngine: jest.fn(),
}));

const closed = jest.fn();
const quiet = { out: () => undefined, err: () => undefined };

beforeEach(() => {
  jest.mocked(connectEngine).mockResolvedValue({} as never);
  jest.mocked(connectRedis).mockResolvedValue({ close: closed } as never);
  closed.mockClear();
});

const looked = (error: Error) => onServer(shopStack("dev"), quiet, () => Promise.reject(error));

test("what the server says in a look that has begun is exit code 1, and no stack trace", async () => {
  const said = new (ReplyError as ErrorConstructor)("NOPERM \u001b[2J");
  await expect(looked(said)).rejects.toThrow("shop-dev server: NOPERM \u001b[2J. Next: look with");
  expect(closed).toHaveBeenCalledTimes(1);
  const no = () => Promise.reject(said);
  jest.mocked(connectRedis).mockResolvedValue({
    close: closed,
    redis: { info: no, call: no, time: no },
    commandName: (name: string) => name,
  } as never);
  const { exitCode, out, err } = await redisOps("latency", "dev-cache-dev", "--seconds", "1");
  expect([exitCode, out, err]).toEqual([
    1,
    "",
    "dev-cache-dev server: NOPERM \\u001b[2J. Next: look with bin/redis-ops diagnose dev-cache-dev",
  ]);
});

test("of a server that a script holds, what to do comes before what Redis says, which is SHUTDOWN NOSAVE", async () => {
  const said = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
  await expect(looked(new (ReplyError as ErrorConstructor)(said))).rejects.toThrow(
    `shop-dev server: BUSY: a script or function holds the server. Next: look with bin/redis-ops diagnose shop-dev. Redis said: "${said}"`,
  );
});

test("a server that is away before the look begins is exit code 2", async () => {
  const problem = { field: "dev-cache-dev", got: "exited", expected: "a running server", fix: "start it" };
  jest.mocked(connectRedis).mockRejectedValue(new InvalidInputError([problem]));
  expect((await redisOps("latency", "dev-cache-dev", "--seconds", "1")).exitCode).toBe(2);
});

test("a container that ends during the look is the server's fault, and a bug is none", async () => {
  await expect(looked(new EngineError(409))).rejects.toThrow("shop-dev server: the engine says 409");
  await expect(looked(new TypeError("x"))).rejects.toThrow(TypeError);
});
