import { spawn } from "node:child_process";
import { access, constants, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve as absolute, basename, delimiter, dirname, join } from "node:path";

/** Runs a POSIX shell script where `redis-server` and `redis-cli` are the engine's own, and returns what it prints. */
export type Shell = (script: string) => Promise<string>;

/** The engine of a program on this machine called `redis-server`; its `redis-cli` lies in the same folder. */
export function shellBeside(server: string): Shell {
  return async (script) => {
    if (basename(server) !== "redis-server") {
      throw new Error(`--server: got ${server}, expected a program called redis-server.`);
    }
    // Without it, a redis-server somewhere on PATH would answer.
    await access(server, constants.X_OK);
    const folder = await mkdtemp(join(tmpdir(), "read-directives-"));
    const path = `${dirname(absolute(server))}${delimiter}${process.env.PATH ?? ""}`;
    try {
      return await run("sh", ["-s"], script, { cwd: folder, env: { ...process.env, PATH: path } });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
}

/** The engine of an image, in a container without a network that is gone afterwards. */
export function shellInImage(image: string): Shell {
  const argv = ["run", "--rm", "-i", "--network", "none", "--entrypoint", "sh", image, "-s"];
  return (script) => run("docker", argv, script, {});
}

function run(
  program: string,
  argv: readonly string[],
  script: string,
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, argv, { ...options, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0
        ? resolve(Buffer.concat(out).toString())
        : reject(new Error(`${program} ended with ${code}: ${Buffer.concat([...err, ...out])}`)),
    );
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}
