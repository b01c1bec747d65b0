import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Terminal } from "../terminal";

const REPOSITORY = join(__dirname, "..", "..");

/** Runs `bin/up` with what it says on `err`, line by line. @returns its exit code */
export async function runUp(argv: readonly string[], terminal: Terminal): Promise<number> {
  const child = spawn(join(REPOSITORY, "bin", "up"), argv, {
    cwd: REPOSITORY,
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => terminal.err(`    ${line}`));
  }
  const [code, signal] = await once(child, "close");
  return signal === null ? Number(code) : 128;
}
