import { addAbortSignal, Readable } from "node:stream";
import { bytesText } from "../amounts";
import type { Terminal } from "../terminal";

/** Takes the place of a stream, so that it is told how far it is and that Ctrl-C ends it. `expectedBytes`: about how long it is. */
export type Watch = (source: Readable, expectedBytes?: number) => Readable;

const TOLD_EVERY_MS = 2000;

/** Tells every two seconds how many bytes have passed, how fast, and of how many. `signal` ends the stream with an error. */
export function watching(what: string, terminal: Terminal, signal?: AbortSignal): Watch {
  return (source, expectedBytes) => {
    async function* told(): AsyncGenerator<Buffer> {
      const started = Date.now();
      let bytes = 0;
      const timer = setInterval(() => {
        const seconds = (Date.now() - started) / 1000;
        const share = expectedBytes
          ? `, about ${Math.min(99, Math.floor((bytes / expectedBytes) * 100))} %`
          : "";
        terminal.err(`${what}: ${bytesText(bytes)}, ${bytesText(bytes / seconds)}/s${share}`);
      }, TOLD_EVERY_MS).unref();
      try {
        for await (const chunk of source as AsyncIterable<Buffer>) {
          bytes += chunk.length;
          yield chunk;
        }
      } finally {
        clearInterval(timer);
      }
    }
    const watched = Readable.from(told(), { objectMode: false });
    return signal === undefined ? watched : addAbortSignal(signal, watched);
  };
}
