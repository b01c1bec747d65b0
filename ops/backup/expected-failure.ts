import { ExitCode } from "../exit-code";
import type { Terminal } from "../terminal";
import { BackupFileMissing, StoreFailure } from "./backup-store";
import { BadAof } from "./check-aof";
import { BadRdb } from "./check-rdb";
import { DamagedBackup } from "./damaged-backup";
import { NotTaken } from "./not-taken";
import { DamagedRdb } from "./rdb-errors";

const EXPECTED = [BackupFileMissing, BadAof, BadRdb, DamagedBackup, DamagedRdb, NotTaken, StoreFailure];

/** Whether `error` is the world's fault, told in one line, and not a bug. */
export function isExpectedFailure(error: unknown): error is Error {
  return EXPECTED.some((kind) => error instanceof kind);
}

/**
 * Runs a command; an expected failure is told in one line after `what`, and what to do next unless the failure says it.
 * @returns the command's exit code, or 1
 */
export async function tellingFailures(
  what: string,
  next: string,
  terminal: Terminal,
  command: () => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await command();
  } catch (error) {
    if (!isExpectedFailure(error)) {
      throw error;
    }
    terminal.err(`${what}: ${error.message}${error instanceof StoreFailure ? "" : `\nNext: ${next}`}`);
    return ExitCode.unhealthy;
  }
}
