import type Docker from "dockerode";
import { SECRET_FILES } from "../core/redis-conf";
import type { AuthProps } from "../core/redis-stack-props";
import { type ExecResult, exec } from "./docker-engine";

const AS_OPS = [
  `REDISCLI_AUTH=$(cat /run/secrets/${SECRET_FILES.ops})`,
  "export REDISCLI_AUTH",
  'exec redis-cli -e --user ops --no-auth-warning "$@"',
].join("\n");

/**
 * Runs one Redis command inside the server's container, as user `ops` where a password is asked for.
 * The password is read inside the container and is on no command line. Exit code 1: Redis said an error.
 * @param timeoutSeconds time after which redis-cli is ended, for a server that may not answer; left out: none
 */
export function redisCommand(
  container: Docker.Container,
  auth: AuthProps,
  command: readonly string[],
  timeoutSeconds?: number,
): Promise<ExecResult> {
  const argv =
    auth.mode === "none" ? ["redis-cli", "-e", ...command] : ["sh", "-c", AS_OPS, "redis-ops", ...command];
  return exec(container, timeoutSeconds === undefined ? argv : ["timeout", `${timeoutSeconds}`, ...argv]);
}
