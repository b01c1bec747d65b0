declare module "redis-parser" {
  /** Splits what a server sends into replies. */
  class RedisParser {
    constructor(options: {
      returnReply(reply: unknown): void;
      returnError(error: Error): void;
      returnFatalError(error: Error): void;
      returnBuffers: boolean;
    });
    execute(chunk: Buffer): void;
  }
  export = RedisParser;
}
