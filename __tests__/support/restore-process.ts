import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ProgramResult, plainEnvironment, runProgram } from "./run-program";
import { LAB_ENGINE } from "./scratch";
import { repository } from "./stack-fixtures";
import type { TestStack } from "./test-stack";

/** Writes the most memory that the process ever had, in bytes, as its last line. */
const TELL_PEAK =
  'data:text/javascript,process.on("exit",()=>console.error(process.resourceUsage().maxRSS*1024))';

/** `redis-ops restore --from latest --at STORE --yes` in a process of its own, and the most memory it had, in bytes. */
export async function restoreProcess(
  stack: TestStack,
  store: string,
  order: string,
): Promise<ProgramResult & { readonly peak: number }> {
  writeFileSync(order, JSON.stringify(stack.resolved.service));
  const program = [join(__dirname, "restore-child.ts"), order, LAB_ENGINE, store];
  const result = await runProgram(process.execPath, ["--import", "tsx", "--import", TELL_PEAK, ...program], {
    cwd: repository,
    env: plainEnvironment(),
  });
  return { ...result, peak: Number(result.stderr.trim().split("\n").at(-1)) };
}
