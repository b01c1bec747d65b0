/** Whether a command can ask: people are on both ends, and no script reads the answer. */
export function canAsk(options: { readonly json: boolean }): boolean {
  return !options.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
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
