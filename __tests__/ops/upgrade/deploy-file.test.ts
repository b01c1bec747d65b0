import { ExitCode } from "../../../ops/exit-code";
import { deployFile, type FailedDeploy } from "../../../ops/upgrade/deploy-file";
import { holdSignals } from "../../../ops/upgrade/hold-signals";
import { runUp } from "../../../ops/upgrade/run-up";
import { recorded } from "../../support/recorded";
import { temporaryFolder, writeScript } from "../../support/temporary-folder";

async function deployed(up: () => Promise<string | undefined>, isAsBefore: () => Promise<boolean>) {
  const written: string[] = [];
  const file = {
    shownPath: "shop.ts",
    before: "old",
    after: "new",
    write: (text: string) => written.push(text),
  };
  return { failed: await deployFile(file, up, isAsBefore), written };
}

const yes = async () => true;
const no = async () => false;
const fails = () => Promise.reject(new Error("spawn EACCES"));

type Row = readonly [
  what: string,
  up: () => Promise<string | undefined>,
  isAsBefore: () => Promise<boolean>,
  failed: FailedDeploy | undefined,
  written: readonly string[],
];

it.each<Row>([
  ["is deployed", async () => undefined, no, undefined, ["new"]],
  [
    "ended in vain",
    async () => "ended with exit code 1",
    yes,
    { failure: "ended with exit code 1", isAsBefore: true },
    ["new", "old"],
  ],
  [
    "ended half-way",
    async () => "was ended by SIGTERM",
    no,
    { failure: "was ended by SIGTERM", isAsBefore: false },
    ["new"],
  ],
  [
    "could not be started",
    fails,
    yes,
    { failure: "could not be run: Error: spawn EACCES", isAsBefore: true },
    ["new", "old"],
  ],
  [
    "ended with an engine that does not answer",
    async () => "ended with exit code 1",
    fails,
    { failure: "ended with exit code 1", isAsBefore: undefined },
    ["new"],
  ],
] as const)(
  "a deploy that %s leaves the file that fits the container",
  async (_, up, isAsBefore, failed, written) => {
    expect(await deployed(up, isAsBefore)).toEqual({ failed, written });
  },
);

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s waits for the end and is told", async (signal) => {
  const before = process.listenerCount(signal);
  const { err, exitCode } = await recorded((terminal) =>
    holdSignals("wait", terminal, async () => {
      expect(process.emit(signal)).toBe(true);
      return ExitCode.ok;
    }),
  );
  expect([exitCode, err]).toEqual([0, "wait"]);
  expect(process.listenerCount(signal)).toBe(before);
});

describe("bin/up", () => {
  const inFolder = temporaryFolder();
  const run = async (script: string) => {
    let result: string | undefined;
    const program = writeScript(inFolder("up"), script);
    const { err } = await recorded(async (terminal) => {
      result = await runUp(["shop-dev"], terminal, program);
      return ExitCode.ok;
    });
    return [result, err];
  };

  it("is told line by line, with how it ended", async () => {
    expect(await run('echo "up $1"')).toEqual([undefined, "    up shop-dev"]);
    expect(await run("echo no >&2; exit 3")).toEqual(["ended with exit code 3", "    no"]);
    expect(await run("kill -TERM $$")).toEqual(["was ended by SIGTERM", ""]);
  });

  it("fails when it cannot be started", async () => {
    await expect(
      recorded((terminal) => runUp([], terminal, "/nonexistent").then(() => ExitCode.ok)),
    ).rejects.toThrow("ENOENT");
  });
});
