import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Terminal } from "../terminal";

const REPOSITORY = join(__dirname, "..", "..");

/**
 * Runs `bin/up` with what it says on `err`, line by line. It gets Ctrl-C by itself, being of the same process group.
 * @returns what became of it where that is not exit code 0
 * @throws Error when it cannot be started
 */
export async function runUp(
  argv: readonly string[],
  terminal: Terminal,
  program = join(REPOSITORY, "bin", "up"),
): Promise<string | undefined> {
  const child = spawn(program, argv, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => terminal.err(`    ${line}`));
  }
  const [code, signal] = await once(child, "close");
  return signal !== null ? `was ended by ${signal}` : code === 0 ? undefined : `ended with exit code ${code}`;
}
