import Redis from "ioredis";
import type { DemonstratedStack, Writes } from "./demonstrated-stacks";

const TICK_MS = 100;

/** Connections get from the first number to the last in this time. */
const RAMP_MS = 240_000;

/** A connection that is not opened again and whose failures are counted by the server, not here. */
export function connect(port: number): Redis {
  const connection = new Redis({
    host: "127.0.0.1",
    port,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  connection.on("error", () => undefined);
  return connection;
}

/** What clients do to one server until it is stopped. */
export class Traffic {
  private readonly started = Date.now();
  private readonly main: Redis;
  private readonly idle: Redis[] = [];
  private readonly workers: Redis[] = [];
  private readonly timer: NodeJS.Timeout;
  private written = 0;
  private isStopped = false;

  constructor(
    private readonly stack: DemonstratedStack,
    private readonly open: () => Redis,
  ) {
    this.main = open();
    for (let count = 0; count < (stack.queue?.workers ?? 0); count += 1) {
      const worker = open();
      this.workers.push(worker);
      void this.work(worker);
    }
    if (stack.channel !== undefined) {
      const listener = open();
      this.workers.push(listener);
      void listener.subscribe(stack.channel).catch(() => undefined);
    }
    this.timer = setInterval(() => void this.tick().catch(() => undefined), TICK_MS);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    for (const connection of [this.main, ...this.idle, ...this.workers]) {
      connection.disconnect();
    }
  }

  private async tick(): Promise<void> {
    const { stack, main } = this;
    this.connectMore();
    const pipeline = main.pipeline();
    for (const writes of [stack.sessions, ...(stack.cache === undefined ? [] : [stack.cache])]) {
      this.add(pipeline, writes);
    }
    for (let job = 0; job < ((stack.queue?.jobs ?? 0) * TICK_MS) / 1000; job += 1) {
      pipeline.rpush("rq:queue:default", `job-${this.written}`);
    }
    if (stack.channel !== undefined) {
      pipeline.publish(stack.channel, "hello");
    }
    // Once in a while somebody reads a lot at once.
    if (this.written % 50 === 0) {
      pipeline.eval("local n = 0 for i = 1, 200000 do n = n + i end return n", 0);
    }
    await pipeline.exec();
  }

  private add(
    pipeline: ReturnType<Redis["pipeline"]>,
    { prefix, bytes, ttlSeconds, writes, reads, misses }: Writes,
  ): void {
    this.written += 1;
    for (let index = 0; index < writes; index += 1) {
      pipeline.set(`${prefix}${this.written}-${index}`, "x".repeat(bytes), "EX", ttlSeconds);
    }
    for (let index = 0; index < reads; index += 1) {
      const isMiss = index % 100 < misses;
      pipeline.get(`${prefix}${isMiss ? "nobody" : this.written}-${index % writes}`);
    }
  }

  private connectMore(): void {
    const [first, last] = this.stack.clients;
    const share = Math.min(1, (Date.now() - this.started) / RAMP_MS);
    const wanted = Math.round(first + (last - first) * share);
    const open = this.idle.filter(({ status }) => status !== "end");
    this.idle.splice(0, this.idle.length, ...open);
    if (open.length < wanted) {
      this.idle.push(this.open());
    }
  }

  /** Takes a job, and takes its time for it. */
  private async work(worker: Redis): Promise<void> {
    while (!this.isStopped) {
      await worker.blpop("rq:queue:default", 5).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
  }
}
