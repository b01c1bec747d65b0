import type { Store } from "../../config/service";
import { prospectflow } from "../../config/services/prospectflow";
import { dockerEngine } from "../../ops/docker-engine";
import type { Command } from "../../ops/keys/wire";
import { connectRedis, type LiveRedis } from "../../ops/live-redis";
import { Scratch } from "./scratch";
import { TestStack } from "./test-stack";

export const storeOfKind = (kind: Store["kind"], keys: string, ttl: Store["ttl"] = "1 h"): Store => ({
  kind,
  keys,
  ttl,
  lossAcceptable: false,
});

/** One small stack with a password and renamed commands, and a connection to it. */
export class LiveStack {
  private constructor(
    readonly scratch: Scratch,
    readonly stack: TestStack,
    readonly live: LiveRedis,
  ) {}

  static async deploy(stores: readonly Store[]): Promise<LiveStack> {
    const scratch = await Scratch.create();
    try {
      const stack = await TestStack.deploySmall(scratch, { ...prospectflow, stores }, "prod");
      return new LiveStack(scratch, stack, await connectRedis(dockerEngine({}), stack.resolved));
    } catch (error) {
      await scratch.remove();
      throw error;
    }
  }

  /** Sends commands, none of which may fail. */
  async write(...commands: readonly Command[]): Promise<readonly unknown[]> {
    const replies = await this.live.batch(commands);
    expect(replies.filter((reply) => reply instanceof Error)).toEqual([]);
    return replies;
  }

  /** All keys are gone. */
  async clear(): Promise<void> {
    const [, keys] = await this.live.redis.scanBuffer("0", "COUNT", 10_000);
    await this.write(...keys.map((key): Command => ["UNLINK", key]));
  }

  async remove(): Promise<void> {
    this.live.close();
    await this.scratch.remove();
  }
}
