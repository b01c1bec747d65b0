import type { ExitCode } from "../../ops/exit-code";
import type { Terminal } from "../../ops/terminal";

/** What a command of `redis-ops` said and returned. */
export interface Recorded {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
  /** Both streams. */
  readonly output: string;
}

/** Runs a command with a terminal that keeps what it is told. */
export async function recorded(
  command: (terminal: Terminal) => ExitCode | Promise<ExitCode>,
): Promise<Recorded> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await command({ out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exitCode, out: out.join("\n"), err: err.join("\n"), output: [...out, ...err].join("\n") };
}
