import type { Terminal } from "../terminal";

const HELD = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs `work` to its end: Ctrl-C, SIGTERM and a terminal that is closed only have `text` told meanwhile. */
export async function holdSignals<T>(text: string, terminal: Terminal, work: () => Promise<T>): Promise<T> {
  const tell = () => terminal.err(text);
  for (const signal of HELD) {
    process.on(signal, tell);
  }
  try {
    return await work();
  } finally {
    for (const signal of HELD) {
      process.off(signal, tell);
    }
  }
}
