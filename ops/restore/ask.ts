import { InvalidInputError } from "../../core/problem";

/** Whether a command can ask: people are on both ends, and no script reads the answer. */
export function canAsk(options: { readonly json: boolean }): boolean {
  return !options.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/**
 * A yes to what was shown: `--yes`, or the answer on the terminal.
 * @throws InvalidInputError where there is nobody to ask
 */
export async function agreed(
  message: string,
  options: { readonly yes: boolean; readonly json: boolean },
): Promise<boolean> {
  if (!options.yes && !canAsk(options)) {
    throw new InvalidInputError([
      {
        field: "--yes",
        got: options.json ? "--json alone" : "no terminal to ask on",
        expected: "a yes to what it replaces or removes",
        fix: "add --yes",
      },
    ]);
  }
  return options.yes || askToReplace(message);
}

/** Asks on the terminal; Enter and Ctrl-C are a no. */
export async function askToReplace(message: string): Promise<boolean> {
  // Loaded where it is used: 50 ms that no other command has to wait for.
  const { confirm } = await import("@inquirer/prompts");
  try {
    return await confirm({ message, default: false });
  } catch (error) {
    if (error instanceof Error && error.name === "ExitPromptError") {
      return false;
    }
    throw error;
  }
}
