import { spawn } from "node:child_process";

/** What a program did. */
export interface ProgramResult {
  /** 128 and more: ended by a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both. Which line of one stood before which of the other is not sure. */
  readonly output: string;
  readonly seconds: number;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** All of it: nothing is taken over from the test's own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** `closed`: the program has no standard input at all. @default "empty" */
  readonly stdin?: "empty" | "closed";
  /** @default 600, in which an image can be pulled */
  readonly timeoutSeconds?: number;
}

/** What a program needs of the machine, whoever runs the tests: where programs are, where to put files, which engine. */
export function plainEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, DOCKER_HOST, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE } = process.env;
  const given = { PATH, HOME, TMPDIR, DOCKER_HOST, TERRAFORM_BINARY_NAME, TF_CLI_CONFIG_FILE, ...more };
  return {
    LANG: "C.UTF-8",
    CHECKPOINT_DISABLE: "1",
    npm_config_loglevel: "error",
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
}

/** Runs a program to its end, with no terminal. One that takes too long is killed with all it started. */
export async function runProgram(
  program: string,
  argv: readonly string[],
  { cwd, env, stdin = "empty", timeoutSeconds = 600 }: ProgramOptions,
): Promise<ProgramResult> {
  const started = Date.now();
  const [command, ...rest]: [string, ...string[]] =
    stdin === "closed" ? ["sh", "-c", 'exec "$0" "$@" <&-', program, ...argv] : [program, ...argv];
  const child = spawn(command, rest, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const heard = { stdout: "", stderr: "", output: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      heard[name] += text;
      heard.output += text;
    });
  }
  const timer = setTimeout(() => {
    if (child.pid !== undefined) {
      process.kill(-child.pid, "SIGKILL");
    }
  }, timeoutSeconds * 1000);
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on("error", reject).on("close", (code) => resolve(code ?? 128));
    });
    return { ...heard, exitCode, seconds: (Date.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
  }
}
