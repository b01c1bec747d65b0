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
