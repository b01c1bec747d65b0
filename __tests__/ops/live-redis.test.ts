import type Docker from "dockerode";
import { ReplyError } from "ioredis";
import { ConnectionLost } from "../../ops/keys/wire";
import { connectRedis, isServersFault } from "../../ops/live-redis";
import { EngineError } from "../support/fake-container";
import { shopStack, unchecked } from "../support/stack-fixtures";

const stack = shopStack("prod");

/** An engine whose container is in this state, and answers no `exec`. */
const engine = (State: object, exec: () => never) =>
  unchecked<Docker>({
    getContainer: () => ({ inspect: async () => ({ State, Config: { Labels: {} }, Args: [] }), exec }),
  });

const never = () => {
  throw new Error("asked");
};

test.each([
  ["restarting", { Running: true, Restarting: true, Status: "restarting" }],
  ["paused", { Running: true, Paused: true, Status: "paused" }],
  ["exited", { Running: false, Status: "exited" }],
])("a server that is %s is refused before it is asked", async (status, state) => {
  await expect(connectRedis(engine(state, never), stack)).rejects.toThrow(
    `shop-prod container shop-prod: got ${status}, expected a running server. Fix: look with bin/redis-ops diagnose shop-prod.`,
  );
});

test.each([404, 409])(
  "a container that ends between being seen and being asked (%i) is refused",
  async (code) => {
    const docker = engine({ Running: true, Status: "running" }, () => {
      throw new EngineError(code);
    });
    await expect(connectRedis(docker, stack)).rejects.toThrow(
      "shop-prod container shop-prod: got a container that ended while it was asked, expected a running server. " +
        "Fix: look with bin/redis-ops diagnose shop-prod.",
    );
  },
);

test("another failure of the engine is no refusal", async () => {
  const docker = engine({ Running: true, Status: "running" }, () => {
    throw new EngineError(500);
  });
  await expect(connectRedis(docker, stack)).rejects.toThrow("the engine says 500");
});

test.each([
  [new (ReplyError as ErrorConstructor)("LOADING Redis is loading"), true],
  [new ConnectionLost(), true],
  [new EngineError(404), true],
  [new EngineError(409), true],
  [new Error("Connection is closed."), true],
  [new Error("Stream isn't writeable and enableOfflineQueue options is false"), true],
  [new Error("write EPIPE"), true],
  [new EngineError(500), false],
  [new TypeError("x is not a function"), false],
])("%s is the server's fault: %s", (error, expected) => {
  expect(isServersFault(error)).toBe(expected);
});
