import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { Watched } from "../../../ops/backup/watched";

async function* pieces(failure?: Error): AsyncGenerator<string> {
  yield "first";
  if (failure !== undefined) {
    throw failure;
  }
  yield "second";
}

test("what the source throws is remembered", async () => {
  const watched = new Watched();
  const failure = new Error("the server is gone");
  await expect(Readable.from(watched.of(pieces(failure))).toArray()).rejects.toBe(failure);
  expect(watched.failure).toBe(failure);
});

test("what a receiver throws, or that it stops, is not the source's failure", async () => {
  const watched = new Watched();
  const stream = Readable.from(watched.of(pieces()));
  for await (const _ of stream) {
    break;
  }
  await finished(stream).catch(() => undefined); // it was destroyed
  expect(watched.failure).toBeUndefined();
});
