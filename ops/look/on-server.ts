import type { ResolvedStack } from "../../config/resolve-stack";
import { connectEngine } from "../docker-engine";
import { connectRedis, isServersFault, type LiveRedis } from "../live-redis";
import { ServerFault } from "../server-fault";
import type { Terminal } from "../terminal";

/**
 * Hands one connection to the server of a stack to `use`, and closes it whatever happens.
 * @throws InvalidInputError when there is no engine or no running server, or when it does not let us in
 * @throws ServerFault when it says no or goes away later
 */
export async function onServer<T>(
  stack: ResolvedStack,
  terminal: Terminal,
  use: (live: LiveRedis) => Promise<T>,
): Promise<T> {
  const live = await connectRedis(await connectEngine(stack.props.docker), stack, { terminal });
  try {
    return await use(live);
  } catch (error) {
    throw isServersFault(error) ? new ServerFault(stack.id, error.message) : error;
  } finally {
    live.close();
  }
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
