import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import Docker from "dockerode";
import { DirectoryStore } from "../../../ops/backup/directory-store";
import { storeContent, untilInterrupted } from "../../../ops/backup/keep-backup";
import { AGE_KEYS } from "../../support/manifests";
import { shopStack } from "../../support/stack-fixtures";
import { temporaryFolder } from "../../support/temporary-folder";

const path = temporaryFolder();
const PIECES = Array.from({ length: 8 }, (_, index) => Buffer.alloc(100_000, `${index}`));

function keepingFor(recipients: readonly string[]) {
  return {
    stack: shopStack("prod"),
    store: new DirectoryStore(path("store"), "/"),
    options: { compression: "none", recipients },
    docker: new Docker({ socketPath: "/none" }),
    image: "none",
    terminal: { out: () => undefined, err: () => undefined },
    stop: new AbortController().signal,
  } as const;
}

describe("the engine's own check on the way into a store", () => {
  const encrypted = keepingFor([AGE_KEYS[0].recipient]);

  test("sees all of what gets encrypted", async () => {
    let seen = Buffer.alloc(0);
    const measured = await storeContent(encrypted, "a.rdb.age", Readable.from(PIECES), async (copy) => {
      seen = await buffer(copy);
    });
    expect(seen.equals(Buffer.concat(PIECES))).toBe(true);
    expect(measured.content.bytes).toBe(800_000);
  });

  test.each<[string, (copy: Readable) => Promise<void>]>([
    ["before it reads", () => Promise.reject(new Error("not good"))],
    [
      "at the end",
      async (copy) => {
        await buffer(copy);
        throw new Error("not good");
      },
    ],
  ])("says no %s, and nothing is taken for good", async (_, check) => {
    await expect(storeContent(encrypted, "b.rdb.age", Readable.from(PIECES), check)).rejects.toThrow(
      "not good",
    );
  });

  test("is left for later where what is stored can be read back", async () => {
    const check = jest.fn();
    await storeContent(keepingFor([]), "c.rdb", Readable.from(PIECES), check);
    expect(check).not.toHaveBeenCalled();
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s ends the work, which cleans up", async (signal) => {
  const work = untilInterrupted(async (stop) => {
    process.emit(signal);
    stop.throwIfAborted();
  });
  await expect(work).rejects.toThrow("it was interrupted");
  expect(process.listenerCount(signal)).toBe(0);
});
