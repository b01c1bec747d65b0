import { connectEngine } from "../../../ops/docker-engine";
import { type KeyRun, runOnKeys } from "../../../ops/keys/run-on-keys";
import { ConnectionLost } from "../../../ops/keys/wire";
import { connectRedis, isServersFault } from "../../../ops/live-redis";
import { shopStack } from "../../support/stack-fixtures";

jest.mock("../../../ops/live-redis", () => {
  const actual = jest.requireActual("../../../ops/live-redis");
  return { ...actual, connectRedis: jest.fn(actual.connectRedis) };
});
jest.mock("../../../ops/docker-engine", () => ({
  ...jest.requireActual("../../../ops/docker-engine"),
  connectEngine: jest.fn(),
}));

const NOW = "2026-11-21T12:00:00.000Z";
let err: string[];

beforeEach(() => {
  err = [];
  jest.useFakeTimers({ now: new Date(NOW), doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  jest.mocked(connectEngine).mockResolvedValue({} as never);
  jest.mocked(connectRedis).mockResolvedValue({
    close: () => undefined,
    batch: async (commands: readonly (readonly string[])[]) =>
      commands.map(([name]) => (name === "TIME" ? ["1", "0"] : 2)),
  } as never);
});

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const terminal = { out: () => undefined, err: (text: string) => void err.push(text) };
const run = (work: (run: KeyRun) => Promise<0 | 1>) =>
  runOnKeys(
    shopStack("dev"),
    terminal,
    () => "deleted 2 sessions",
    work,
    () => "sessions delete --all: deleted 2 sessions",
  );
const AUDIT = `audit: ${NOW} shop-dev sessions delete --all: deleted 2 sessions`;

test("a server that hangs midway: what is done, what may be, and the line for an audit", async () => {
  const hung = new ConnectionLost("no answer from Redis for 30 s");
  expect(await run(() => Promise.reject(hung))).toBe(1);
  expect(err).toEqual([
    "deleted 2 sessions\nstopped: no answer from Redis for 30 s\n" +
      "Next: look with bin/redis-ops diagnose shop-dev; the batch under way may have been done; then run it again",
    AUDIT,
  ]);
});

test("the second signal ends the program when the same has been said", async () => {
  const ended = new Error("ended");
  jest.spyOn(process, "exit").mockImplementation(() => {
    throw ended;
  });
  const work = async () => {
    process.emit("SIGINT");
    expect(() => process.emit("SIGINT")).toThrow(ended);
    expect(process.exit).toHaveBeenCalledWith(1);
    expect(err).toEqual([
      "stopping after the batch that is under way; once more ends at once",
      "deleted 2 sessions\nstopped: told to end at once\nNext: run it again for the rest; the batch under way may have been done",
      AUDIT,
    ]);
    return 1 as const;
  };
  await run(work);
  expect.assertions(3);
});

test("what nobody foresaw is told in the audit as well", async () => {
  await expect(run(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow(TypeError);
  expect(err).toEqual([AUDIT]);
});

test("while the first answer is waited for, it is said after 2 s", async () => {
  const { connectRedis: connect } = jest.requireActual("../../../ops/live-redis");
  const docker = { getContainer: () => ({ inspect: () => new Promise(() => undefined) }) };
  void connect(docker, shopStack("dev"), { terminal });
  await jest.advanceTimersByTimeAsync(1999);
  expect(err).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(err).toEqual(["waiting for an answer of shop-dev"]);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(err).toHaveLength(1);
});

test("a command of ioredis that gets no answer in time is the server's fault", () => {
  expect(isServersFault(new Error("Command timed out"))).toBe(true);
});
