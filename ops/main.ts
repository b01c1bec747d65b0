import { dirname } from "node:path";
import { CommanderError } from "commander";
import { InvalidInputError } from "../core/problem";
import { sourceProblems } from "../core/source-problems";
import { ExitCode } from "./exit-code";
import { ServerFault } from "./server-fault";
import { processTerminal, type Terminal, visible, watchOutput } from "./terminal";

/** Runs one command line and returns its exit code. A bug is thrown, and so gets a stack trace. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = ExitCode.ok;
  try {
    // Loaded here, so that a file of config/ with a brace missing is bad input and not a bug.
    const { buildProgram }: typeof import("./program") = require("./program");
    const finish = (result: ExitCode) => {
      code = result;
    };
    const program = buildProgram(terminal, finish, argv[0]);
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof InvalidInputError) {
      terminal.err(error.message);
      return ExitCode.invalidInput;
    }
    if (error instanceof ServerFault) {
      terminal.err(visible(error.message));
      return ExitCode.unhealthy;
    }
    if (error instanceof CommanderError) {
      // Commander has written its message; help and version are not errors.
      return error.exitCode === 0 ? ExitCode.ok : ExitCode.invalidInput;
    }
    const ofSource = sourceProblems(error, dirname(__dirname));
    if (ofSource.length > 0) {
      terminal.err(new InvalidInputError(ofSource).message);
      return ExitCode.invalidInput;
    }
    throw error;
  }
}

if (require.main === module) {
  let outputFailed = false;
  watchOutput(() => {
    outputFailed = true;
    process.exitCode = ExitCode.invalidInput;
  });
  // Until the command has ended: a promise that nobody settles lets Node.js end as if all were well.
  process.exitCode = ExitCode.unhealthy;
  void run(process.argv.slice(2), processTerminal).then((code) => {
    process.exitCode = outputFailed ? ExitCode.invalidInput : code;
  });
}
