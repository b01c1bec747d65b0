import { connect } from "node:net";

/** What Redis said to values that were written over one connection. */
export interface Written {
  /** Values that it took. */
  readonly taken: number;
  /** Its other answers, each once. */
  readonly refusals: readonly string[];
  /** Whether the server went away before it had answered to all. */
  readonly connectionLost: boolean;
}

const BATCH = 1000;

/**
 * Writes `count` different keys with values of `bytes` through a port of loopback, a thousand at a time.
 * `between` is called after each thousand that was answered.
 */
export async function writeValues(
  port: number,
  { count, bytes }: { readonly count: number; readonly bytes: number },
  between: (sent: number) => Promise<unknown> = async () => undefined,
): Promise<Written> {
  const socket = connect({ host: "127.0.0.1", port }).setEncoding("latin1");
  const value = "x".repeat(bytes);
  const answers: string[] = [];
  let sent = 0;
  let rest = "";
  const sendBatch = () => {
    const end = Math.min(sent + BATCH, count);
    const keys = Array.from({ length: end - sent }, (_, index) => `value:${sent + index}`);
    socket.write(keys.map((key) => `SET ${key} ${value}\r\n`).join(""));
    sent = end;
  };
  sendBatch();
  try {
    for await (const text of socket) {
      const lines = `${rest}${text}`.split("\r\n");
      rest = lines.pop() ?? "";
      answers.push(...lines);
      if (answers.length === sent) {
        await between(sent);
        if (sent === count) {
          break;
        }
        sendBatch();
      }
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) {
      throw error;
    }
  }
  return {
    taken: answers.filter((answer) => answer === "+OK").length,
    refusals: [...new Set(answers.filter((answer) => answer !== "+OK"))],
    connectionLost: answers.length < count,
  };
}
