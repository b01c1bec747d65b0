import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import { InvalidInputError, type Problem } from "../../core/problem";
import { Size } from "../../core/size";
import { type DeployedConf, deployedConf } from "../backup/deployed";
import { isNotFound } from "../docker-engine";
import { redisCommand } from "../redis-command";

/** A running server of a stack whose values can be read and set. */
export interface LiveServer {
  readonly conf: DeployedConf;
  /** What its container may use. */
  readonly memoryLimit: Size;
  /** `used_memory`, in bytes. */
  readonly usedMemory: Size;
  /** The values of these directives, as CONFIG GET shows them; what the server does not know is left out. */
  readonly valuesOf: (directives: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Sets all of them or, where Redis refuses one, none. Returns what Redis said against it. */
  readonly set: (
    values: readonly (readonly [directive: string, value: string])[],
  ) => Promise<string | undefined>;
}

/** @throws InvalidInputError when there is no such server, or its values cannot be asked for */
export async function liveServer(docker: Docker, { id, props }: ResolvedStack): Promise<LiveServer> {
  const { containerName, image, auth } = props.server;
  const refuse = (problem: Omit<Problem, "field">) =>
    new InvalidInputError([{ field: `${id} container ${containerName}`, ...problem }]);
  const container = docker.getContainer(containerName);
  const found = await container.inspect().catch((error: unknown) => {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  });
  if (!found?.State.Running) {
    throw refuse({
      got: found === undefined ? "none" : found.State.Status,
      expected: "a running server",
      fix: `deploy it with bin/up ${id}`,
    });
  }
  const conf = await deployedConf(container);
  if (conf === undefined) {
    throw refuse({
      got: "a command that has no redis.conf",
      expected: "a container that was deployed from here",
      fix: `take it over by bin/up --adopt ${id}`,
    });
  }
  if (found.Config.Image !== image) {
    throw refuse({
      got: found.Config.Image,
      expected: `${image}, since another engine needs another container`,
      fix: `upgrade it with bin/redis-ops upgrade ${id}, or deploy it with bin/up ${id}`,
    });
  }
  const config = conf.commandName("CONFIG");
  if (config === undefined) {
    throw refuse({
      got: 'rename-command CONFIG ""',
      expected: "CONFIG, if under another name; without it nobody can change a running server",
      fix: `deploy the change with bin/up ${id}`,
    });
  }
  const ask = async (...command: readonly string[]) => {
    const { exitCode, stdout, stderr } = await redisCommand(container, auth, command);
    if (exitCode !== 0) {
      throw refuse({
        got: (stderr || stdout).trim(),
        expected: "an answer from Redis",
        fix: `wait until it has loaded its data, or look with bin/redis-ops verify ${id}`,
      });
    }
    return stdout;
  };
  const usedMemory = /^used_memory:(\d+)/m.exec(await ask("INFO", "memory"))?.[1];
  return {
    conf,
    memoryLimit: Size.bytes(found.HostConfig.Memory ?? 0),
    usedMemory: Size.bytes(Number(usedMemory)),
    valuesOf: async (directives) =>
      new Map(Object.entries(JSON.parse(await ask("--json", config, "GET", ...directives)))),
    set: async (values) => {
      const { exitCode, stdout, stderr } = await redisCommand(container, auth, [
        config,
        "SET",
        ...values.flat(),
      ]);
      return exitCode === 0 ? undefined : (stderr || stdout).trim();
    },
  };
}
