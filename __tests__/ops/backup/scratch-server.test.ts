import { Readable } from "node:stream";
import type Docker from "dockerode";
import { Size } from "../../../core/size";
import { NotLoaded, withScratchServer } from "../../../ops/backup/scratch-server";
import { answeringContainer } from "../../support/answering-container";

const load = () => ({ kind: "rdb" as const, content: Readable.from([Buffer.from("data")]) });

function dockerThatSays(statusCode: number): Docker {
  const container = answeringContainer(() => {
    throw Object.assign(new Error("(HTTP code) no such container"), { statusCode });
  });
  return { createContainer: async () => container } as unknown as Docker;
}

const loading = (statusCode: number) =>
  withScratchServer(
    dockerThatSays(statusCode),
    { image: "none", memory: Size.mebibytes(64), load: load() },
    async () => undefined,
  );

test.each([404, 409])("a container that ends while it loads is told in a line (%d)", async (statusCode) => {
  await expect(loading(statusCode)).rejects.toThrow(
    new NotLoaded("its container is gone: loading took longer than an hour, or somebody removed it"),
  );
});

test("another answer of the engine is thrown as it is", async () => {
  await expect(loading(500)).rejects.toMatchObject({ statusCode: 500 });
});
