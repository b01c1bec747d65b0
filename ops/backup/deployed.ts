import { createHash } from "node:crypto";
import type Docker from "dockerode";
import { isNotFound } from "../docker-engine";

/** The redis.conf that a container was made with, with `@secret:FILE@` references in place of secrets. */
export interface DeployedConf {
  readonly text: string;
  /** In hexadecimal, of `text`. */
  readonly sha256: string;
  /** The last value of a directive, as it is written. Undefined: it is not there, and Redis' default holds. */
  directive(name: string): string | undefined;
  /** What a command answers to: its own name or another one. Undefined: nobody can call it. */
  commandName(command: string): string | undefined;
}

/** Name of the start script among the words of the container's command; redis.conf is the word after it. */
const START_SCRIPT = "redis-start";

/** Undefined when there is no such container, or one that this project did not deploy. */
export async function deployedConf(container: Docker.Container): Promise<DeployedConf | undefined> {
  try {
    const { Config } = await container.inspect();
    const words = Config.Cmd ?? [];
    const text = words.at(-1);
    return text !== undefined && words.at(-2) === START_SCRIPT ? parseConf(text) : undefined;
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

/** What a text of redis.conf says. Where a directive is written twice, Redis takes the last. */
export function parseConf(text: string): DeployedConf {
  const values = new Map<string, string>();
  const renamed = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^\s*([^#\s]\S*)\s+(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      continue;
    }
    values.set(name.toLowerCase(), value);
    const [command, newName] = value.split(/\s+/);
    if (name.toLowerCase() === "rename-command" && command !== undefined && newName !== undefined) {
      renamed.set(command.toUpperCase(), newName);
    }
  }
  return {
    text,
    sha256: createHash("sha256").update(text).digest("hex"),
    directive: (name) => values.get(name.toLowerCase()),
    commandName: (command) => {
      const name = renamed.get(command.toUpperCase());
      return name === undefined ? command : name === '""' ? undefined : name;
    },
  };
}
