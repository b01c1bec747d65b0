import type Docker from "dockerode";
import { Size } from "../../core/size";
import { parseConf } from "../../ops/backup/deployed";
import { checkByLoading } from "../../ops/restore/check-by-loading";
import { exchange, finishPutBack } from "../../ops/restore/exchange";
import { RestoreFailed } from "../../ops/restore/restore-failed";
import { type PresentData, type RestoreTarget, readTarget } from "../../ops/restore/restore-target";
import { EngineError, fakeContainer, type Said } from "../support/fake-container";
import { shopStack, unchecked } from "../support/stack-fixtures";

const redis =
  (answers: Readonly<Record<string, Said>>) =>
  (command: string): Said =>
    answers[command.replace("redis-cli -e ", "")] ?? "OK\n";

const OFF = "# Persistence\r\nloading:0\r\nrdb_changes_since_last_save:0\r\naof_enabled:0\r\n";
const SAVES = { "INFO persistence": OFF, "CONFIG GET save": "save\n900 1\n" };

/** Runs an exchange on a server that says `answers`, with a lock that says `moves`. */
async function trial(
  answers: Readonly<Record<string, Said>>,
  moves: (command: string) => Said = () => "",
  own: Partial<RestoreTarget> = {},
  inMeantime: () => Promise<number> = async () => 0,
  databases: PresentData["databases"] = [],
) {
  const told: string[] = [];
  const err: string[] = [];
  const terminal = { out: () => undefined, err: (text: string) => err.push(text) };
  const target = unchecked<RestoreTarget>({
    id: "shop-prod",
    container: fakeContainer("server", told, redis(answers)),
    containerName: "shop-prod",
    conf: parseConf("save 900 1\n"),
    appendonly: false,
    saves: true,
    auth: { mode: "none" },
    healthcheck: ["probe"],
    stopSeconds: 10,
    startSeconds: 70,
    ...own,
  });
  const run = {
    target,
    lock: fakeContainer("lock", told, moves),
    present: databases === undefined ? {} : { databases },
    terminal,
  };
  const error = await exchange(run, "before-restore-1", inMeantime).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return {
    told,
    err,
    failure: error instanceof RestoreFailed ? error : { message: `${error}`, next: "" },
  };
}

describe("a server that is asked before it is stopped", () => {
  it.each([
    [
      "does not answer any more",
      { "INFO persistence": 1 },
      "the server does not answer any more, so it is not known whether its data is in its files; nothing was changed",
    ],
    [
      "was told to write an append-only file that it would not start with",
      { "INFO persistence": "# Persistence\r\naof_enabled:1\r\n" },
      "the server runs with appendonly yes, and would start with no and other data; nothing was changed",
    ],
  ])("is left alone when it %s", async (_, answers, message) => {
    const { told, failure } = await trial(answers);
    expect(failure).toMatchObject({ message, next: "docker logs --tail 20 shop-prod" });
    expect(told).toEqual(["server: redis-cli -e INFO persistence"]);
  });

  it("takes no more writes once it has saved, when its save points were removed since its start", async () => {
    const { told } = await trial({ ...SAVES, "CONFIG GET save": "save\n\n" });
    expect(told.slice(0, 8)).toEqual([
      "server: redis-cli -e INFO persistence",
      "server: redis-cli -e CONFIG GET save",
      "server: redis-cli -e CLIENT PAUSE 80000 WRITE",
      "server: redis-cli -e SAVE",
      "server: redis-cli -e CLIENT PAUSE 80000 WRITE",
      "server: redis-cli -e INFO persistence",
      "server: stop",
      "lock: sh -c swap before-restore-1",
    ]);
  });

  it.each([
    [
      { SAVE: "ERR\n" },
      "the data of now could not be written, so it could not be kept: ERR; nothing was changed",
    ],
    [
      { "INFO persistence": OFF.replace("save:0", "save:1") },
      "the server took writes while its data was written; nothing was changed",
    ],
  ])("goes on with its clients when it could not save: %j", async (answers, message) => {
    const { told, failure } = await trial({ ...SAVES, "CONFIG GET save": "save\n\n", ...answers });
    expect(failure.message).toBe(message);
    expect(told.at(-1)).toBe("server: redis-cli -e CLIENT UNPAUSE");
    expect(told).not.toContain("server: stop");
  });
});

describe("an exchange that fails", () => {
  it("puts nothing back where nothing was moved", async () => {
    const { told, failure } = await trial(SAVES, () => 3);
    expect(failure.message).toBe(
      "the data could not be moved: exit code 3; nothing was exchanged, and the server runs again",
    );
    expect(told.slice(-4)).toEqual([
      "server: stop",
      "lock: sh -c swap before-restore-1",
      "server: start",
      "server: probe",
    ]);
  });

  it("says how the data of before comes back when the engine has gone", async () => {
    const { failure } = await trial(SAVES, () => {
      throw new EngineError(404);
    });
    expect(failure).toMatchObject({
      message:
        "the engine says 404; the data of before is not back: the engine says 404; shop-prod is stopped",
      next:
        "docker start shop-prod puts it back; where the exchange was done already, " +
        "bin/redis-ops restore shop-prod --undo does",
    });
  });

  it("says how the server starts again when it could not be started", async () => {
    const container = fakeContainer("server", [], redis(SAVES), {
      start: () => Promise.reject(new EngineError(500)),
    });
    const { failure } = await trial(SAVES, () => 3, { container });
    expect(failure).toMatchObject({
      message:
        "the data could not be moved: exit code 3; nothing was exchanged, and shop-prod is stopped: the engine says 500",
      next: "docker start shop-prod starts it with the data of before",
    });
  });
});

it.each([
  [true, ["stopping shop-prod"]],
  [false, []],
])("says that it stops a server only where it runs: %s", async (isRunning, said) => {
  const State = { Running: isRunning, ExitCode: 0, StartedAt: "1" };
  const container = fakeContainer(
    "server",
    [],
    redis({ ...SAVES, ...(isRunning ? {} : { "INFO persistence": 1 }) }),
    {
      inspect: async () => ({ State }),
    },
  );
  const { err } = await trial({}, () => 3, { container }, undefined, isRunning ? [] : undefined);
  expect(err.filter((line) => line.startsWith("stopping"))).toEqual(said);
});

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("comes to its end despite %s", async (signal) => {
  const { err } = await trial(
    SAVES,
    () => "",
    {},
    async () => {
      process.emit(signal);
      return 0;
    },
  );
  expect(err).toContain("the data is being exchanged; redis-ops ends when that is done or undone");
  expect(process.listenerCount(signal)).toBe(0);
});

it("tells where a journal is that cannot be followed", async () => {
  const target = unchecked<RestoreTarget>({ volume: "shop-data" });
  await expect(
    finishPutBack(
      target,
      fakeContainer("lock", [], () => 78),
    ),
  ).rejects.toMatchObject({
    message:
      "the data of before an interrupted restore is not back: the data could not be moved: exit code 78",
    next: "look at the file restore-in-progress in the volume shop-data: it names the folder that has the data of before",
  });
});

it("does not wait for a server that checks and that the engine has removed", async () => {
  const checking = fakeContainer(
    "check",
    [],
    () => {
      throw new EngineError(404);
    },
    { wait: () => Promise.reject(new EngineError(404)), remove: async () => undefined },
  );
  const docker = unchecked<Docker>({ createContainer: async () => checking });
  const target = unchecked<RestoreTarget>({ conf: parseConf(""), memoryLimit: Size.mebibytes(64) });
  const lock = fakeContainer("lock", [], () => "Bad file format\n");
  await expect(
    checkByLoading(
      docker,
      target,
      lock,
      {},
      { isAof: false, toSnapshot: false },
      { out: () => undefined, err: () => undefined },
    ),
  ).rejects.toThrow("Redis does not load it: Bad file format");
});

it("has no target in a container with other file names than are moved", async () => {
  const inspect = async () => ({
    Config: { Cmd: ["sh", "redis-start", 'dbfilename "dump.rdb"\nappenddirname own\n'] },
    Mounts: [{ Destination: "/data", Name: "shop-data" }],
  });
  const docker = unchecked<Docker>({ getContainer: () => ({ inspect }) });
  const stack = shopStack("prod");
  expect(await readTarget(docker, stack)).toEqual({
    field: `${stack.id}: container ${stack.props.server.containerName}`,
    got: "a redis.conf with appenddirname own",
    expected: "appenddirname appendonlydir",
    fix: `run bin/up ${stack.id}`,
  });
});
