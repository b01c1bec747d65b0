import { copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withEnvironmentOfItsOwn } from "../support/environment";
import { redisOps } from "../support/recording-terminal";
import { plainEnvironment, runProgram } from "../support/run-program";
import { temporaryFolder } from "../support/temporary-folder";

withEnvironmentOfItsOwn();

const PROJECT = join(__dirname, "..", "..");

/** What bash itself offers at the end of `words`, the way that its line editor asks for it. */
async function offered(words: readonly string[], cwd = PROJECT): Promise<readonly string[]> {
  const { out } = await redisOps("completion", "bash");
  const script = `${out}
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    "\${WITH:?}"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = plainEnvironment({ WITH: "_redis_ops" });
  const { exitCode, stdout, stderr } = await runProgram("bash", ["-euc", script, "bash", ...words], {
    cwd,
    env,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

test("bash calls it for redis-ops, wherever that is", async () => {
  const { out } = await redisOps("completion", "bash");
  const { stdout } = await runProgram("bash", ["-euc", `${out}\ncomplete -p redis-ops`], {
    cwd: PROJECT,
    env: plainEnvironment(),
  });
  expect(stdout).toBe("complete -F _redis_ops redis-ops\n");
});

test.each<[string, readonly string[], readonly string[]]>([
  ["the beginning of a command", ["ver"], ["verify"]],
  ["the beginning of several", ["pre"], ["preflight"]],
  ["a command of a group", ["backup", "cr"], ["create"]],
  ["no command of another group", ["secrets", "cr"], []],
  ["the name of a stack", ["verify", "sentra"], ["sentra-portal-dev", "sentra-portal-prod"]],
  ["a second stack", ["config", "diff", "dev-cache-dev", "dev"], ["dev-cache-dev"]],
  ["any number of stacks", ["gates", "dev-cache-dev", "vedfolnir-dev", "dev"], ["dev-cache-dev"]],
  ["no stack where there is room for one", ["verify", "dev-cache-dev", "dev"], []],
  ["options of the command", ["verify", "--"], ["--timeout", "--files", "--json", "--help"]],
  ["options after a stack", ["verify", "dev-cache-dev", "--ti"], ["--timeout"]],
  ["what an option takes", ["backup", "create", "--kind", ""], ["rdb", "aof"]],
  ["after what an option takes, the rest", ["backup", "create", "--kind", "rdb", "dev"], ["dev-cache-dev"]],
  ["--option=value, in three words", ["backup", "create", "--kind", "=", "r"], ["rdb"]],
  ["--option=, in two words", ["backup", "create", "--kind", "="], ["rdb", "aof"]],
  ["after --option=value, the rest", ["backup", "create", "--kind", "=", "rdb", "dev"], ["dev-cache-dev"]],
  ["an engine", ["upgrade", "dev-cache-dev", "--to", "redis-7.2"], ["redis-7.2"]],
  ["a stack that an option takes", ["restore", "dev-cache-dev", "--of", "dev"], ["dev-cache-dev"]],
  ["nothing where anything could follow", ["verify", "--timeout", ""], []],
  ["a shell", ["completion", ""], ["bash", "zsh", "fish"]],
  ["nothing for what is no command", ["nonsense", "ver"], []],
  ["no hidden command", ["down"], []],
])("%s: %j", async (_, words, expected) => {
  expect(await offered(["bin/redis-ops", ...words])).toEqual(expected);
});

describe("in a folder", () => {
  const folder = temporaryFolder();

  test("files and folders are offered where an option takes one, with their blanks", async () => {
    mkdirSync(join(folder(""), "a folder"));
    writeFileSync(join(folder(""), "a file"), "");
    writeFileSync(join(folder(""), "other"), "");
    const words = ["redis-ops", "secrets", "import", "--from", "a"];
    expect([...(await offered(words, folder("")))].sort()).toEqual(["a file", "a folder"]);
  });
});

describe("the words are kept", () => {
  const folder = temporaryFolder();
  const ask = async (...words: readonly string[]) => {
    const { exitCode, stdout } = await runProgram(join(folder(""), "bin/redis-ops-words"), words, {
      cwd: "/",
      env: plainEnvironment(),
    });
    expect(exitCode).toBe(0);
    return stdout;
  };
  const program = (text: string) =>
    writeFileSync(
      join(folder(""), "bin/redis-ops"),
      `#!/bin/sh\n[ "$*" = completion-words ] || exit 9\n${text}\n`,
      {
        mode: 0o755,
      },
    );
  const later = (seconds: number) => {
    const moment = Date.now() / 1000 + seconds;
    utimesSync(join(folder(""), "config/new.ts"), moment, moment);
  };

  beforeEach(() => {
    for (const name of ["bin", "ops", "core", "config"]) {
      mkdirSync(join(folder(""), name), { recursive: true });
    }
    writeFileSync(join(folder(""), "redis.conf.tpl"), "");
    copyFileSync(join(PROJECT, "bin/redis-ops-words"), join(folder(""), "bin/redis-ops-words"));
    program("printf '\\tcommand\\tfirst\\tthe first\\n'");
  });

  test("until a file changes", async () => {
    expect(await ask("")).toBe("first\tthe first\n");
    program("printf '\\tcommand\\tsecond\\tthe second\\n'");
    expect(await ask("")).toBe("first\tthe first\n");
    writeFileSync(join(folder(""), "config/new.ts"), "");
    later(10);
    expect(await ask("")).toBe("second\tthe second\n");
  });

  test("where the program cannot tell them, too", async () => {
    expect(await ask("f")).toBe("first\tthe first\n");
    program("printf 'half'; exit 2");
    writeFileSync(join(folder(""), "config/new.ts"), "");
    later(10);
    expect(await ask("f")).toBe("first\tthe first\n");
    rmSync(join(folder(""), ".cache"), { recursive: true });
  });
});

test.each([
  ["zsh", "compdef _redis_ops redis-ops"],
  ["fish", "complete -c redis-ops -f -a '(__redis_ops)'"],
])("%s is told where the words come from", async (shell, last) => {
  const { exitCode, out } = await redisOps("completion", shell);
  expect(exitCode).toBe(0);
  expect(out).toContain(`'${join(PROJECT, "bin/redis-ops-words")}'`);
  expect(out.split("\n").at(-1)).toBe(last);
});

test("another shell is refused", async () => {
  const { exitCode, out, err } = await redisOps("completion", "csh");
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
  expect(err).toContain("value 'csh' is invalid for argument 'shell'. Allowed choices are bash, zsh, fish.");
});
