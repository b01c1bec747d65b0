import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Problem } from "../../core/problem";
import { SECRET_FILES } from "../../core/redis-conf";
import { exec, isNotFound } from "../docker-engine";
import { type Info, parseInfo } from "../look/info";
import { type DeployedConf, deployedConf } from "./deployed";

/** A running server that backups can be taken of. */
export interface BackupSource {
  readonly container: Docker.Container;
  /** Image that the container was made of, as the engine knows it. */
  readonly image: string;
  readonly conf: DeployedConf;
  /** What INFO says: `used_memory_dataset` and the like. */
  readonly info: Info;
}

/** Password of user `backup`, read inside the container: it is on no command line. */
const AS_BACKUP = [
  `REDISCLI_AUTH=$(cat /run/secrets/${SECRET_FILES.backup}) || exit 1`,
  "export REDISCLI_AUTH",
  'exec redis-cli -e --user backup --no-auth-warning "$@"',
].join("\n");

/** The command line of `redis-cli` inside the server's container, as user `backup` where the server asks for a password. */
export function asBackup(conf: DeployedConf, argv: readonly string[]): readonly string[] {
  return conf.directive("requirepass") === undefined
    ? ["redis-cli", "-e", ...argv]
    : ["sh", "-c", AS_BACKUP, "redis-ops", ...argv];
}

/**
 * The server of a stack, or everything that keeps a backup from being taken of it. What counts is what the running
 * server was started with, not what the stack's files say by now.
 */
export async function backupSource(
  { id, props }: ResolvedStack,
  docker: Docker,
): Promise<BackupSource | readonly Problem[]> {
  const { containerName } = props.server;
  const container = docker.getContainer(containerName);
  const problem = (got: string, expected: string, fix: string): readonly Problem[] => [
    { field: containerName, got, expected, fix },
  ];
  const state = await stateOf(container);
  if (state === undefined) {
    return problem("no container", "a running server", `deploy it with bin/up ${id}`);
  }
  if (!state.running) {
    return problem(
      `a container that is ${state.status}`,
      "a running server",
      `start it with docker start ${containerName}, and read docker logs --tail 20 ${containerName} when it ends`,
    );
  }
  const conf = await deployedConf(container);
  if (conf === undefined) {
    return problem(
      "a container that was made by somebody else",
      "a server that this project deployed",
      `deploy it with bin/up ${id}`,
    );
  }
  const hasPassword = conf.directive("requirepass") !== undefined;
  const newSecrets = `bin/redis-ops secrets init ${id}, then bin/up ${id}`;
  if (hasPassword && !/^user backup /m.test(conf.text)) {
    return problem("a server without user backup", "one that was deployed with it", newSecrets);
  }
  const refused = confProblems(containerName, conf);
  if (refused.length > 0) {
    return refused;
  }
  const { exitCode, stdout, stderr } = await exec(container, asBackup(conf, ["INFO"]));
  if (exitCode !== 0) {
    const [said = ""] = (stderr.trim() || stdout.trim()).split("\n");
    return problem(
      `${JSON.stringify(said)} from INFO${hasPassword ? " as user backup" : ""}`,
      "an answer",
      /WRONGPASS|NOAUTH|No such file/.test(said)
        ? newSecrets
        : `read docker logs --tail 20 ${containerName}, and try again`,
    );
  }
  const info = parseInfo(stdout);
  if (info.get("loading") === "1" || info.get("async_loading") === "1") {
    const share = info.get("loading_loaded_perc");
    return problem(
      `a server that is loading its data${share === undefined ? "" : `, ${share} % so far`}`,
      "one that has loaded it",
      `wait until bin/redis-ops verify ${id} says that it is healthy`,
    );
  }
  return { container, image: state.image, conf, info };
}

/** A number that INFO says. */
export function infoNumber({ info }: BackupSource, name: string): number {
  const value = info.get(name);
  if (value === undefined || !/^\d+$/.test(value)) {
    throw new Error(`INFO says no ${name}: ${value}`);
  }
  return Number(value);
}

async function stateOf(container: Docker.Container) {
  try {
    const { State, Image } = await container.inspect();
    return { running: State.Running && !State.Restarting, status: State.Status, image: Image };
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
}

/**
 * What redis.conf can say that makes a snapshot through the replication stream impossible, or old: without diskless
 * replication, a server hands out the file of a BGSAVE that began before (redis 7.0.15, replication.c, syncCommand).
 */
function confProblems(containerName: string, conf: DeployedConf): readonly Problem[] {
  const renamed = ["SYNC", "INFO", "REPLCONF"].filter((command) => conf.commandName(command) !== command);
  return [
    ...renamed.map((command) => ({
      field: `${containerName}: rename-command ${command}`,
      got: conf.commandName(command) ?? "a command that nobody can call",
      expected: `${command} under its own name, which redis-cli --rdb sends`,
      fix: "take it out of disabledCommands or renamedCommands; user backup alone may call it beside ops",
    })),
    ...(conf.directive("repl-diskless-sync") === "no"
      ? [
          {
            field: `${containerName}: repl-diskless-sync`,
            got: "no",
            expected: "yes: otherwise a backup could be one that was begun before",
            fix: "take it out of the service's directives",
          },
        ]
      : []),
  ];
}
