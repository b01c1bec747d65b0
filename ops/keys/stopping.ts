import { ExitCode } from "../exit-code";
import type { Terminal } from "../terminal";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work`, which asks between two batches whether it has been told to stop. The first signal is told to it alone; the
 * second ends the program at once, with exit code 1, when `tell` has said what was done until then.
 */
export async function stopping<T>(
  terminal: Terminal,
  tell: () => void,
  work: (isStopped: () => boolean) => Promise<T>,
): Promise<T> {
  let isStopped = false;
  const stop = () => {
    if (isStopped) {
      tell();
      process.exit(ExitCode.unhealthy);
    }
    isStopped = true;
    terminal.err("stopping after the batch that is under way; once more ends at once");
  };
  for (const signal of SIGNALS) {
    process.on(signal, stop);
  }
  try {
    return await work(() => isStopped);
  } finally {
    for (const signal of SIGNALS) {
      process.off(signal, stop);
    }
  }
}
