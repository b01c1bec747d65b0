import { ExitCode } from "../exit-code";
import type { Terminal } from "../terminal";
import { BackupFileMissing, StoreFailure } from "./backup-store";
import { BadAof } from "./check-aof";
import { BadRdb } from "./check-rdb";

/** A backup was not taken, or not all of it. The message says why, without a full stop. */
export class NotTaken extends Error {}

/** A backup that is not what its manifest says: checksum, size, decompression or decryption does not fit. */
export class DamagedBackup extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = "DamagedBackup";
  }
}

/** Thrown when the bytes are not an RDB file that is whole: cut, or its checksum does not fit. */
export class DamagedRdb extends Error {}

/** Thrown for a type or opcode that this reader does not know (a module's, or a later engine's). The file may be good. */
export class UnknownRdb extends Error {}

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
