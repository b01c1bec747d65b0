import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

/** Writes on their way at the same time. */
const WORKERS = 8;
/** Between two writes of a worker, in milliseconds, so that a round stays small. */
const PAUSE = 4;
const CHUNK = 1000;

/**
 * A client that writes numbered keys as fast as it may, remembers each that Redis has acknowledged, and goes on when the
 * server comes back. A write without an answer is not counted and not repeated: its number is never used again.
 */
export class LoadClient {
  private readonly redis: Redis;
  private readonly acknowledged = new Set<number>();
  private acknowledgements = 0;
  private next = 0;
  private workers: Promise<unknown> | undefined;
  private isStopping = false;
  private failingSince: number | undefined;
  private outages: number[] = [];

  constructor(port: number) {
    this.redis = new Redis({
      host: "127.0.0.1",
      port,
      connectTimeout: 1000,
      commandTimeout: 1000,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: null,
      retryStrategy: () => 5,
    });
    this.redis.on("error", () => undefined);
  }

  /** Writes until `stop`, or until `limit` writes were tried. */
  start(limit: number): void {
    this.isStopping = false;
    this.outages = [];
    const end = this.next + limit;
    this.workers = Promise.all(Array.from({ length: WORKERS }, () => this.write(end)));
  }

  /** Waits until Redis has acknowledged another write. */
  async answersAgain(seconds = 60): Promise<void> {
    const before = this.count;
    for (const end = Date.now() + seconds * 1000; this.count === before; await sleep(5)) {
      if (Date.now() > end) {
        throw new Error(`no write was acknowledged in ${seconds} s`);
      }
    }
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.workers;
  }

  /** How many writes were acknowledged since the client was made. */
  get count(): number {
    return this.acknowledgements;
  }

  /**
   * The longest time since `start` from the sending of a write that failed to the next that was acknowledged, in seconds. 0: none failed.
   */
  get downtime(): number {
    return Math.max(0, ...this.outages) / 1000;
  }

  /** How many acknowledged writes the server does not have, beside those that were told before. */
  async lost(): Promise<number> {
    const all = [...this.acknowledged];
    for (let start = 0; start < all.length; start += CHUNK) {
      const chunk = all.slice(start, start + CHUNK);
      const values = await this.redis.mget(chunk.map(keyOf));
      chunk
        .filter((number, index) => values[index] !== `${number}`)
        .forEach((number) => {
          this.acknowledged.delete(number);
        });
    }
    return all.length - this.acknowledged.size;
  }

  close(): void {
    this.redis.disconnect();
  }

  private async write(end: number): Promise<void> {
    while (!this.isStopping && this.next < end) {
      const number = this.next++;
      const sentAt = performance.now();
      try {
        if ((await this.redis.set(keyOf(number), `${number}`)) === "OK") {
          this.acknowledged.add(number);
          this.acknowledgements++;
          if (this.failingSince !== undefined) {
            this.outages.push(performance.now() - this.failingSince);
            this.failingSince = undefined;
          }
        }
      } catch {
        this.failingSince = Math.min(sentAt, this.failingSince ?? sentAt);
      }
      await sleep(PAUSE);
    }
  }
}

const keyOf = (number: number) => `acknowledged:${number}`;
