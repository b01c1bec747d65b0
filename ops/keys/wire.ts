import { Duplex, type Readable, type Writable } from "node:stream";
import RedisParser from "redis-parser";

/** One command of Redis and its arguments. Text is sent as UTF-8. */
export type Command = readonly [string, ...(string | number | Buffer)[]];

/** What Redis answers; an error of one command is a value, since the other commands of a batch were done. */
export type Reply = Buffer | number | null | Error | readonly Reply[];

/** The connection ended, or nothing came, while a reply was due: whether Redis did what it was sent is not known. */
export class ConnectionLost extends Error {
  constructor(message = "the connection to Redis was lost") {
    super(message);
    this.name = "ConnectionLost";
  }
}

/** Seconds without one byte of Redis, while a reply is due, after which it is said that this waits. */
export const TOLD_AFTER_S = 5;

/** The same, after which Redis is given up. A server that runs a script answers BUSY after 5 s (busy-reply-threshold). */
export const SILENCE_LIMIT_S = 30;

interface Batch {
  readonly size: number;
  readonly replies: Reply[];
  readonly resolve: (replies: readonly Reply[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The socket that ioredis gets, and a way beside it for many commands at once, on the same connection: an object for each
 * command costs ioredis more than Redis needs to do it. While a batch waits for replies, what ioredis writes is held back.
 */
export class Wire extends Duplex {
  private readonly waiting: Batch[] = [];
  private held: (() => void)[] = [];
  private hasEnded = false;
  private clock: NodeJS.Timeout | undefined;
  private silentSeconds = 0;
  private readonly parser = new RedisParser({
    returnReply: (reply) => this.answered(reply as Reply),
    returnError: (error) => this.answered(error),
    returnFatalError: (error) => this.destroy(error),
    returnBuffers: true,
  });

  /** @param onSilence - is told, once until the next byte, that nothing has come for `TOLD_AFTER_S`. @default - nobody is */
  constructor(
    private readonly toServer: Writable,
    private readonly fromServer: Readable,
    private readonly onSilence: () => void = () => undefined,
  ) {
    super();
    toServer.on("error", () => this.end());
    fromServer
      .on("data", (chunk: Buffer) => this.receive(chunk))
      .on("error", () => this.lose())
      .on("close", () => this.lose())
      .on("end", () => this.lose());
  }

  /**
   * Sends the commands together, and resolves with a reply for each. Several batches may wait at the same time; none may be
   * sent while a command of ioredis waits.
   * @throws ConnectionLost when the connection ends before the last reply, or nothing comes for `SILENCE_LIMIT_S`
   */
  batch(commands: readonly Command[]): Promise<readonly Reply[]> {
    if (commands.length === 0) {
      return Promise.resolve([]);
    }
    return new Promise((resolve, reject) => {
      if (this.hasEnded) {
        reject(new ConnectionLost());
        return;
      }
      if (this.waiting.length === 0) {
        this.watchSilence();
      }
      this.waiting.push({ size: commands.length, replies: [], resolve, reject });
      this.toServer.write(encoded(commands));
    });
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    const send = () => this.toServer.write(chunk, done);
    if (this.waiting.length > 0) {
      this.held.push(send);
    } else {
      send();
    }
  }

  override _read(): void {
    this.fromServer.resume();
  }

  override _final(done: () => void): void {
    this.toServer.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.lose();
    this.toServer.destroy();
    this.fromServer.destroy();
    done(error);
  }

  /** Counts in seconds that this program runs: while it is stopped (Ctrl-Z), Redis cannot be late. */
  private watchSilence(): void {
    this.silentSeconds = 0;
    this.clock = setInterval(() => {
      this.silentSeconds += 1;
      if (this.silentSeconds === TOLD_AFTER_S) {
        this.onSilence();
      } else if (this.silentSeconds === SILENCE_LIMIT_S) {
        this.lose(new ConnectionLost(`no answer from Redis for ${SILENCE_LIMIT_S} s`));
        this.destroy();
      }
    }, 1000);
  }

  private receive(chunk: Buffer): void {
    this.silentSeconds = 0;
    if (this.waiting.length > 0) {
      this.parser.execute(chunk);
    } else if (!this.push(chunk)) {
      this.fromServer.pause();
    }
  }

  private answered(reply: Reply): void {
    const [batch] = this.waiting;
    if (batch === undefined) {
      this.destroy(new Error("Redis sent a reply that nobody asked for"));
      return;
    }
    batch.replies.push(reply);
    if (batch.replies.length === batch.size) {
      this.waiting.shift();
      batch.resolve(batch.replies);
      if (this.waiting.length === 0) {
        clearInterval(this.clock);
        const held = this.held;
        this.held = [];
        for (const send of held) {
          send();
        }
      }
    }
  }

  private lose(error = new ConnectionLost()): void {
    if (this.hasEnded) {
      return;
    }
    this.hasEnded = true;
    clearInterval(this.clock);
    this.push(null);
    for (const { reject } of this.waiting.splice(0)) {
      reject(error);
    }
  }
}

/** One character for each byte until the end: joined as text, which is many times faster than as buffers. */
function encoded(commands: readonly Command[]): Buffer {
  let text = "";
  for (const words of commands) {
    text += `*${words.length}\r\n`;
    for (const word of words) {
      const bytes = typeof word === "number" ? `${word}` : latin1(word);
      text += `$${bytes.length}\r\n${bytes}\r\n`;
    }
  }
  return Buffer.from(text, "latin1");
}

function latin1(word: string | Buffer): string {
  return typeof word === "string" && ASCII.test(word)
    ? word
    : (typeof word === "string" ? Buffer.from(word) : word).toString("latin1");
}

const ASCII = /^[ -~]*$/;
