import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { devCache } from "../../config/services/dev-cache";
import { sentraPortal } from "../../config/services/sentra-portal";
import { streamExec } from "../../ops/docker-run";
import { restored } from "../support/restored";
import { Scratch } from "../support/scratch";
import { storeBackup } from "../support/stored-backup";
import { TestStack } from "../support/test-stack";

let scratch: Scratch;
/** With the append-only file and its times, and without any append-only file but with a password. */
let stack: TestStack;
let snapshots: TestStack;
let store: string;
let moment: string;

const now = async () => Number((await stack.redis("TIME")).split("\n")[0]);
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();

beforeAll(async () => {
  scratch = await Scratch.create();
  const stores = sentraPortal.stores.map((each) => ({ ...each, lossAcceptable: true }));
  [stack, snapshots] = await Promise.all([
    TestStack.deploySmall(
      scratch,
      {
        ...devCache,
        persistence: { appendonly: true, appendfsync: "everysec", pointInTime: true, save: [] },
      },
      "dev",
    ),
    TestStack.deploySmall(
      scratch,
      { ...sentraPortal, stores, persistence: { appendonly: false, save: [{ after: "1 h", changes: 1 }] } },
      "prod",
    ),
  ]);
  await stack.redis("SET", "early", "1");
  await stack.redis("SET", "early too", "1", "EX", "100000");
  moment = iso(await now());
  await sleep(2100);
  await stack.redis("SET", "late", "1");
  await sleep(1100);
  const end = iso(await now());
  const { stdout } = await streamExec(stack.container, ["tar", "-c", "-C", "/data", "appendonlydir"]);
  store = storeBackup(`${scratch.folder}/backups`, stack.resolved.id, await buffer(stdout), {
    kind: "aof",
    startedAt: moment,
    finishedAt: end,
  });
  await stack.redis("FLUSHALL");
}, 120_000);

afterAll(() => scratch.remove());

it("restores an append-only set as it was at a moment, and says what moments there are", async () => {
  const { exitCode, err } = await restored(stack, { from: "latest", at: store, time: moment });
  expect(err).toMatch(/this backup can be cut from \d{4}-\S+Z to \d{4}-\S+Z\n/);
  expect(exitCode).toBe(0);
  expect((await stack.redis("KEYS", "*")).split("\n").sort()).toEqual(["early", "early too"]);
});

it("refuses a moment before its newest file, and changes nothing", async () => {
  const time = iso(Date.parse(moment) / 1000 - 3600);
  await expect(restored(stack, { from: "latest", at: store, time })).rejects.toThrow(
    /1 problem, nothing was changed\n {2}--time: got \S+, expected \S+Z to \S+Z: only what was written since the last rewrite can be cut\. Fix: take a moment in it, or an older backup\.$/,
  );
  expect(await stack.redis("EXISTS", "early")).toBe("1");
});

it("restores all of it into a server without an append-only file", async () => {
  const { exitCode, err } = await restored(snapshots, { from: "latest", at: store }, stack);
  expect(err).toContain("keys then      3 keys (db0 3)");
  expect(exitCode).toBe(0);
  await snapshots.container.restart();
  await snapshots.becomeHealthy();
  expect((await snapshots.redis("KEYS", "*")).split("\n").sort()).toEqual(["early", "early too", "late"]);
});

it("does not exchange anything for a set with a command that the server has switched off", async () => {
  const before = (await snapshots.container.inspect()).State.StartedAt;
  await stack.redis("FLUSHALL");
  const { stdout } = await streamExec(stack.container, ["tar", "-c", "-C", "/data", "appendonlydir"]);
  const flushed = storeBackup(`${scratch.folder}/flushed`, stack.resolved.id, await buffer(stdout), {
    kind: "aof",
  });
  const { exitCode, err } = await restored(snapshots, { from: "latest", at: flushed }, stack);
  expect(err).toMatch(/nothing was changed: Redis does not load it: .*Unknown command 'FLUSHALL'/i);
  expect(exitCode).toBe(1);
  expect((await snapshots.container.inspect()).State.StartedAt).toBe(before);
});
