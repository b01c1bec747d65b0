import { changeWatched } from "../../../ops/keys/change-watched";
import type { Command, Reply } from "../../../ops/keys/wire";

/** A server that says these replies to EXEC, one after the other, and writes down what it was sent. */
function server(...execs: readonly Reply[]) {
  const sent: string[] = [];
  const left = [...execs];
  const batch = async (commands: readonly Command[]): Promise<readonly Reply[]> => {
    sent.push(commands.map((words) => words.join(" ")).join("; "));
    return commands.map(([name]) => (name === "EXEC" ? (left.shift() ?? null) : Buffer.from("OK")));
  };
  return { batch, sent };
}

const keys = (...names: readonly string[]): readonly { readonly key: Buffer }[] =>
  names.map((name) => ({ key: Buffer.from(name) }));
const unlink = (chosen: readonly { readonly key: Buffer }[]): readonly Command[] => [
  ["UNLINK", ...chosen.map(({ key }) => key)],
];

test("watches, looks, and changes those that are still due", async () => {
  const live = server([1]);
  const changed: number[] = [];
  const settled: boolean[] = [];
  const restless = await changeWatched(live, keys("a", "b"), {
    judge: async (given) => {
      live.sent.push("looks");
      return given.slice(0, 1);
    },
    commands: unlink,
    settle: async (isDone) => {
      settled.push(isDone);
    },
    onChanged: (count) => changed.push(count),
  });
  expect({ restless, changed, settled }).toEqual({ restless: 0, changed: [1], settled: [true] });
  expect(live.sent).toEqual(["WATCH a; WATCH b", "looks", "MULTI; UNLINK a; EXEC"]);
});

test("what EXEC refuses is judged anew in halves, and left after ten tries", async () => {
  const live = server(null, [1]);
  const changed: number[] = [];
  const restless = await changeWatched(live, keys("a", "b"), {
    judge: async (given) => given,
    commands: unlink,
    onChanged: (count) => changed.push(count),
  });
  expect({ restless, changed }).toEqual({ restless: 1, changed: [1] });
  expect(live.sent.slice(0, 5)).toEqual([
    "WATCH a; WATCH b",
    "MULTI; UNLINK a b; EXEC",
    "WATCH a",
    "MULTI; UNLINK a; EXEC",
    "WATCH b",
  ]);
  expect(live.sent.filter((line) => line === "WATCH b")).toHaveLength(9);
});

test("where nothing is due, nothing stays watched", async () => {
  const live = server();
  const change = { judge: async () => [], commands: unlink, onChanged: fail };
  expect(await changeWatched(live, keys("a"), change)).toBe(0);
  expect(live.sent).toEqual(["WATCH a", "UNWATCH"]);
});

test("an error of Redis is thrown as it is, and nothing counts as changed", async () => {
  const batch = async (commands: readonly Command[]): Promise<readonly Reply[]> =>
    commands.map(([name]) => (name === "UNLINK" ? new Error("MISCONF no disk") : Buffer.from("OK")));
  const change = {
    judge: async (given: ReturnType<typeof keys>) => given,
    commands: unlink,
    onChanged: fail,
  };
  await expect(changeWatched({ batch }, keys("a"), change)).rejects.toThrow("MISCONF no disk");
});

test("where one command of EXEC fails, the others are counted and settled before it is thrown", async () => {
  const live = server([1, new Error("WRONGTYPE no string"), 0, 1, new Error("ERR second")]);
  const changed: number[] = [];
  const settled: boolean[] = [];
  const change = {
    judge: async (given: ReturnType<typeof keys>) => given,
    commands: unlink,
    settle: async (isDone: boolean) => {
      settled.push(isDone);
    },
    onChanged: (count: number) => changed.push(count),
  };
  await expect(changeWatched(live, keys("a"), change)).rejects.toThrow("WRONGTYPE no string");
  expect({ changed, settled }).toEqual({ changed: [2], settled: [true] });
});

function fail(): never {
  throw new Error("nothing was changed");
}
