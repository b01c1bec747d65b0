import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError } from "../../core/problem";
import { connectEngine } from "../docker-engine";
import { connectRedis, isReplyError, type LiveRedis } from "../live-redis";

/**
 * Hands one connection to the server of a stack to `use`, and closes it whatever happens.
 * @throws InvalidInputError when there is no engine or no running server, when it does not let us in, or when it says no
 */
export async function onServer<T>(stack: ResolvedStack, use: (live: LiveRedis) => Promise<T>): Promise<T> {
  const live = await connectRedis(await connectEngine(stack.props.docker), stack);
  try {
    return await use(live);
  } catch (error) {
    if (!isReplyError(error) && !isLost(error)) {
      throw error;
    }
    throw new InvalidInputError([
      {
        field: `${stack.id} server`,
        got: error.message,
        expected: "an answer",
        fix: `look with bin/redis-ops diagnose ${stack.id}`,
      },
    ]);
  } finally {
    live.close();
  }
}

/** Whether the connection has ended under a command: the server was stopped, or its container. */
function isLost(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /^Connection is closed|^Stream isn't writeable|ECONNRESET|EPIPE/.test(error.message)
  );
}

/**
 * What a command of Redis says, by the name that it has on this server.
 * @returns undefined when the stack's configuration has disabled it
 */
export async function ask(
  { redis, commandName }: Pick<LiveRedis, "redis" | "commandName">,
  command: string,
  ...words: readonly (string | number | Buffer)[]
): Promise<unknown> {
  const name = commandName(command);
  return name === undefined ? undefined : redis.call(name, ...words);
}

/** The sentence about a command that nobody can call here. */
export function disabledText(command: string): string {
  return `${command} is disabled on this server (disabledCommands)`;
}
