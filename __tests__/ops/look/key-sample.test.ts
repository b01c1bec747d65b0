import { ReplyError } from "ioredis";
import type { LiveRedis } from "../../../ops/live-redis";
import { sampleKeys } from "../../../ops/look/key-sample";
import { unchecked } from "../../support/stack-fixtures";

const quiet = { out: () => undefined, err: () => undefined };

/** A server with one page of keys, which answers OBJECT so. */
function server(answers: readonly (readonly [Error | null, unknown])[]) {
  const keys = answers.map((_, at) => Buffer.from(`session:${at}`));
  return unchecked<LiveRedis>({
    commandName: (name: string) => name,
    redis: {
      info: async () => "maxmemory_policy:allkeys-lfu",
      dbsize: async () => keys.length,
      callBuffer: async () => [Buffer.from("0"), keys],
      pipeline: () => ({ call: () => undefined, exec: async () => answers }),
    },
  });
}

test("an error of OBJECT is told, and not taken for keys that have gone", async () => {
  const denied = new (ReplyError as ErrorConstructor)(
    "NOPERM User ops has no permissions to run the 'object' command",
  );
  await expect(sampleKeys(server([[denied, undefined]]), [], 10, quiet)).rejects.toThrow(denied);
  const closed = new Error("Connection is closed.");
  await expect(
    sampleKeys(
      server([
        [null, 1],
        [closed, undefined],
      ]),
      [],
      10,
      quiet,
    ),
  ).rejects.toThrow(closed);
});

test("a key that has gone is left out", async () => {
  const sample = await sampleKeys(
    server([
      [null, null],
      [null, 7],
    ]),
    [],
    10,
    quiet,
  );
  expect(sample).toMatchObject({
    sampled: 1,
    of: 2,
    keys: [{ key: "session:1", shape: "session:*", value: 7 }],
  });
});
