import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plainEnvironment, runProgram } from "../support/run-program";

const PROJECT = join(__dirname, "..", "..");
const redisOps = (argv: readonly string[], folder = PROJECT, env: NodeJS.ProcessEnv = {}) =>
  runProgram(join(folder, "bin", "redis-ops"), argv, { cwd: tmpdir(), env: plainEnvironment(env) });

test("it runs from any folder", async () => {
  const { exitCode, stdout, stderr } = await redisOps(["connection", "dev-cache-dev", "--format", "url"]);
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stdout: "redis://127.0.0.1:6380\n",
    stderr: "",
  });
});

test("it runs with a CDPATH, with which cd prints where it goes", async () => {
  const { exitCode, stdout } = await runProgram(
    "bin/redis-ops",
    ["connection", "dev-cache-dev", "--format", "url"],
    {
      cwd: PROJECT,
      env: plainEnvironment({ CDPATH: PROJECT }),
    },
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "redis://127.0.0.1:6380\n" });
});

test("bad input is exit code 2, and no stack trace", async () => {
  const { exitCode, stdout, stderr } = await redisOps([
    "secrets",
    "import",
    "sentra-portal-prod",
    "--from",
    "/x/y",
  ]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toBe(
    "1 problem, nothing was changed\n" +
      '  --from: got ENOENT from "/x/y", expected a file that can be read. Fix: check the path.\n',
  );
});

test("nothing is coloured, not even where colours are asked for", async () => {
  for (const argv of [["--help"], ["stacks"], ["config", "show", "dev-cache-dev"], ["stcks"]]) {
    const { output } = await redisOps(argv, PROJECT, { FORCE_COLOR: "3", TERM: "xterm-256color" });
    expect(output).not.toBe("");
    expect(output).not.toContain("\u001b");
  }
});

describe("where its output cannot be written", () => {
  const PLAN = JSON.stringify({ format_version: "1.2", errored: true });
  const inShell = (command: string) =>
    runProgram("bash", ["-c", command, join(PROJECT, "bin", "redis-ops")], {
      cwd: tmpdir(),
      env: plainEnvironment({ PLAN }),
    });
  const FULL =
    "redis-ops: got ENOSPC while writing, expected to write all of it. Fix: make room, or write elsewhere.\n";

  test.each([
    ["0", '"$0" stacks'],
    ["1", '"$0" explain-plan <<<"$PLAN"'],
    ["2", '"$0" connection nowhere 2>&1'],
  ])("a reader that went away is told nothing, and the exit code stays %s", async (code, command) => {
    const { exitCode, stdout, stderr } = await inShell(
      `{ sleep 0.2; ${command}; echo "$?" >&2; } | { exec <&-; }`,
    );
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: "", stderr: `${code}\n` });
  });

  test.each([['"$0" stacks'], ['"$0" explain-plan <<<"$PLAN"']])(
    "a full disk is one line and exit code 2: %s",
    async (command) => {
      const { exitCode, stderr } = await inShell(`${command} >/dev/full`);
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: FULL });
    },
  );

  test("with nowhere to tell it, it is exit code 2 alone", async () => {
    const { exitCode, output } = await inShell('"$0" stacks >/dev/full 2>/dev/full');
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  });
});

test("what it is given cannot steer the terminal", async () => {
  const { exitCode, stdout, stderr } = await redisOps(["no\u001b[2Jcommand"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain("error: unknown command 'no\\u001b[2Jcommand'");
});

test("without node_modules it says what to run", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "redis ops without packages ")));
  try {
    mkdirSync(join(folder, "bin"));
    copyFileSync(join(PROJECT, "bin", "redis-ops"), join(folder, "bin", "redis-ops"));
    const { exitCode, stdout, stderr } = await redisOps(["stacks"], folder);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "redis-ops: got no node_modules, expected the packages of package-lock.json. " +
        `Fix: run npm ci in ${folder}.\n`,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
