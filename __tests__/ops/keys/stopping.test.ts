import { setImmediate as turn } from "node:timers/promises";
import { stopping } from "../../../ops/keys/stopping";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

test.each(SIGNALS)(
  "%s once is told to the work, and twice ends the program with exit code 1",
  async (signal) => {
    const exit = jest.spyOn(process, "exit").mockReturnValue(undefined as never);
    const err: string[] = [];
    const before = process.listenerCount(signal);
    const states = await stopping(
      { out: () => undefined, err: (text) => err.push(text) },
      () => err.push("what was done until then"),
      async (isStopped) => {
        const first = isStopped();
        process.emit(signal);
        await turn();
        expect(exit).not.toHaveBeenCalled();
        expect(err).toEqual(["stopping after the batch that is under way; once more ends at once"]);
        const second = isStopped();
        process.emit(signal);
        return [first, second];
      },
    );
    expect(states).toEqual([false, true]);
    expect(exit.mock.calls[0]).toEqual([1]);
    expect(err[1]).toBe("what was done until then");
    expect(process.listenerCount(signal)).toBe(before);
    exit.mockRestore();
  },
);

test("work that fails leaves no signal held back", async () => {
  const before = process.listenerCount("SIGINT");
  const failing = stopping(
    { out: () => undefined, err: () => undefined },
    () => undefined,
    () => Promise.reject(new Error("no")),
  );
  await expect(failing).rejects.toThrow("no");
  expect(process.listenerCount("SIGINT")).toBe(before);
});
