import type Docker from "dockerode";
import { parseConf } from "../../ops/backup/deployed";
import { discard, newestKept, removeKept, undo } from "../../ops/restore/kept-data";
import { type RestoreRun, replaceData } from "../../ops/restore/replace-data";
import { type PresentData, type RestoreTarget, readPresentData } from "../../ops/restore/restore-target";
import { startProblems } from "../../ops/restore/start-problems";
import { EngineError, fakeContainer, type Said } from "../support/fake-container";
import { shopStack, unchecked } from "../support/stack-fixtures";

const DAY = 86_400_000;
const target = unchecked<RestoreTarget>({ id: "shop-prod", volume: "shop-data", appendonly: true });

/** A name like those of restore: `days` from now. */
const nameIn = (days: number, prefix = "before-restore-") =>
  `${prefix}${new Date(Date.now() + days * DAY).toISOString().replace(/[-:]|\.\d+/g, "")}`;

const folder = (name: string, ...entries: readonly string[]) => ({ name, bytes: 1024, entries });

/** What a run says and does with what is kept, and how it ends. */
async function trial(
  act: (run: RestoreRun) => Promise<unknown>,
  present: Partial<PresentData>,
  options: Partial<RestoreRun["options"]> = {},
  says: (command: string) => Said = () => "",
) {
  const told: string[] = [];
  const out: string[] = [];
  const err: string[] = [];
  const run = unchecked<RestoreRun>({
    target,
    lock: fakeContainer("lock", told, says),
    present: { isRunning: false, kept: [], setAside: [], free: 2 ** 40, available: 2 ** 40, ...present },
    options: { yes: true, json: false, ...options },
    terminal: { out: (text: string) => out.push(text), err: (text: string) => err.push(text) },
  });
  const end: unknown = await act(run).catch((error: unknown) => error);
  return { told, out: out.join("\n"), err, end };
}

describe("the folders that a restore has kept", () => {
  it("have data in them and a moment of the past in their name, and every other is passed over, and told", () => {
    const now = new Date("2026-11-21T12:00:00Z");
    const real = folder("before-restore-20261121T120100Z", "dump.rdb");
    const empty = folder("before-restore-20261121T120100Z");
    const older = folder("before-restore-20261120T120000Z", "appendonlydir");
    const toCome = folder("before-restore-20261121T120101Z", "dump.rdb");
    expect(newestKept([real, older], now)).toEqual({ newest: real, passedOver: [] });
    expect(newestKept([toCome, empty, older], now)).toEqual({
      newest: older,
      passedOver: [
        "before-restore-20261121T120101Z, a time that is still to come",
        "before-restore-20261121T120100Z, which has no data in it",
      ],
    });
    expect(newestKept([toCome], now)).toEqual({ newest: toCome, passedOver: [] });
    expect(newestKept([empty], now).newest).toBeUndefined();
  });

  it("are the only ones that are read from the volume", async () => {
    const facts = [
      "free 100 4096",
      "newest 1763726400",
      "kept before-restore-20261120T120000Z 4 dump.rdb",
      "kept before-restore-20261121T120000Z 8 appendonlydir dump.rdb",
      "kept before-restore-20260230T120000Z 8 dump.rdb",
      "kept before-restore-99999999T999999Z 8 dump.rdb",
      "kept before-restore-foo 8 dump.rdb",
      "kept appendonlydir.off-20261121T120000Z 12",
      "available 1000",
    ];
    const container = fakeContainer("server", [], () => "", {
      inspect: async () => ({ State: { Running: false } }),
    });
    const present = await readPresentData(
      { ...target, container },
      fakeContainer("lock", [], () => facts.join("\n")),
    );
    expect(present).toEqual({
      isRunning: false,
      filesChanged: 1763726400,
      free: 409_600,
      available: 1_024_000,
      kept: [
        {
          name: "before-restore-20261121T120000Z",
          bytes: 8192,
          entries: ["appendonlydir", "dump.rdb"],
        },
        { name: "before-restore-20261120T120000Z", bytes: 4096, entries: ["dump.rdb"] },
      ],
      setAside: [{ name: "appendonlydir.off-20261121T120000Z", bytes: 12_288, entries: [] }],
      isHalfExchanged: false,
    });
  });

  it("are not undone to without data", async () => {
    const name = nameIn(-1);
    const { err, end, told } = await trial(undo, { kept: [folder(name)] });
    expect(err).toEqual([`passed over: ${name}, which has no data in it`]);
    expect(`${end}`).toContain("--undo: got no before-restore-… with data in the volume shop-data, expected");
    expect(told).toEqual([]);
  });
});

describe("what removes folders", () => {
  it.each([
    "",
    "appendonlydir",
    "dump.rdb",
    "before-restore-foo",
    "before-restore-20261121T120000Z/../appendonlydir",
    "before-restore-20261121T120000Z\n",
    "before-restore-20261121T120000Z appendonlydir",
    "x\nbefore-restore-20261121T120000Z",
    "before-restore-20261121T250000Z",
    "appendonlydir.off-",
    "log.off-20261121T120000Z",
  ])("refuses %j", async (name) => {
    const { told, end } = await trial(
      (run) => removeKept(run, ["before-restore-20261121T120000Z", name]),
      {},
    );
    expect(`${end}`).toBe(`Error: not a folder that was kept: ${JSON.stringify(name)}`);
    expect(told).toEqual([]);
  });

  it("lists and removes what was kept and what was moved aside", async () => {
    const kept = [folder(nameIn(2), "dump.rdb"), folder(nameIn(-3), "dump.rdb")];
    const setAside = [folder(nameIn(-1, "appendonlydir.off-"))];
    const names = [...kept, ...setAside].map(({ name }) => name);
    const { told, out, end } = await trial(discard, { kept, setAside }, {}, () => names.join("\n"));
    expect(out.split("\n").map((line) => line.trim().split(/ {2,}/))).toEqual([
      ["FOLDER", "SIZE", "AGE"],
      [names[0], "1.0 KiB", "still to come"],
      [names[1], "1.0 KiB", "3 days"],
      [names[2], "1.0 KiB", "1 day"],
      ["removed 3 from the volume shop-data"],
    ]);
    expect(told).toEqual([`lock: sh -c discard ${names.join(" ")}`]);
    expect(end).toBe(0);
  });

  it("says what is removed and what is not", async () => {
    const names = [nameIn(-1), nameIn(-2)];
    const { end } = await trial(
      discard,
      { kept: names.map((name) => folder(name, "dump.rdb")) },
      {},
      () => `${names[1]}\n`,
    );
    expect(end).toMatchObject({
      name: "RestoreFailed",
      message: `not removed from the volume shop-data: ${names[0]}; removed: ${names[1]}`,
      next: "bin/redis-ops restore shop-prod --discard lists what is still kept, and removes it",
    });
  });
});

describe("a script without --yes", () => {
  const refusal = "--yes: got --json alone, expected a yes to what it replaces or removes. Fix: add --yes.";
  const asked = { yes: false, json: true };

  it("is shown what would be replaced, and then refused", async () => {
    const { told, err, end } = await trial(
      (run) => replaceData(run, { action: "empty", what: "no data", usedMemory: 0 }),
      { filesChanged: 1763726400 },
      asked,
    );
    expect(err.join("\n").replace(/before-restore-\d{8}T\d{6}Z/, "FOLDER")).toBe(
      [
        "shop-prod:",
        "  keys now       unknown: the server does not answer",
        "  files changed  2025-11-21T12:00:00.000Z",
        "  becomes        no data",
        "  keys then      0 keys",
        "  kept as        FOLDER, in the volume shop-data",
        "  downtime       to stop, to exchange, and about 0.0 s to load",
      ].join("\n"),
    );
    expect(`${end}`).toContain(refusal);
    expect(told.filter((line) => !line.startsWith("lock: sh -c"))).toEqual([]);
  });

  it("is shown what would be removed, and then refused", async () => {
    const kept = [folder("before-restore-20261121T120000Z", "dump.rdb")];
    const { told, out, end } = await trial(discard, { kept }, asked);
    expect(JSON.parse(out)).toEqual({ stack: "shop-prod", action: "discard", removed: [], kept });
    expect(`${end}`).toContain(refusal);
    expect(told).toEqual([]);
  });
});

describe("secrets that are gone", () => {
  const gone = unchecked<Docker>({
    getVolume: () => ({ inspect: () => Promise.reject(new EngineError(404)) }),
  });
  const stack = shopStack("prod");
  const conf = parseConf(
    'requirepass "@secret:redis_password@"\nuser ops on #@sha256:redis_ops_password@ ~*\n',
  );

  it("keep a server that runs from being stopped, where its redis.conf names them", async () => {
    const problems = await startProblems(gone, stack, { conf }, { isRunning: true });
    expect(problems.map(({ field, got }) => `${field}: ${got}`)).toEqual(
      ["redis_password", "redis_ops_password"].map(
        (file) => `${stack.id} secret ${file}: missing in volume ${stack.id}-secrets`,
      ),
    );
  });

  it("keep none that is stopped", async () => {
    expect(await startProblems(gone, stack, { conf }, { isRunning: false })).toEqual([]);
  });
});
