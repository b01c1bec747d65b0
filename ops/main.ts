import { CommanderError } from "commander";
import { InvalidInputError } from "../core/problem";
import { ExitCode } from "./exit-code";
import { buildProgram } from "./program";
import { processTerminal, type Terminal } from "./terminal";

/** Runs one command line and returns its exit code. A bug is thrown, and so gets a stack trace. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  const program = buildProgram(terminal, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof InvalidInputError) {
      terminal.err(error.message);
      return ExitCode.invalidInput;
    }
    if (error instanceof CommanderError) {
      // Commander has written its message; help and version are not errors.
      return error.exitCode === 0 ? ExitCode.ok : ExitCode.invalidInput;
    }
    throw error;
  }
}

if (require.main === module) {
  void run(process.argv.slice(2), processTerminal).then((code) => {
    process.exitCode = code;
  });
}
