import type { ResolvedStack } from "../../config/resolve-stack";
import { REDIS_PORT } from "../../core/healthcheck-command";
import { addressFromHost } from "../../core/host-address";
import { SECRET_FILES } from "../../core/redis-conf";
import type { RedisStackProps } from "../../core/redis-stack-props";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

export const CONNECTION_FORMATS = ["env", "json", "url"] as const;
export type ConnectionFormat = (typeof CONNECTION_FORMATS)[number];

/** Where a client stands: on the host, or in a container on the stack's network. */
export type ConnectionSide = "host" | "network";

/** `redis-ops connection`: what a client of the service is configured with. Never contains the password. */
export function connection(
  { id, props }: ResolvedStack,
  options: { readonly format: ConnectionFormat; readonly side?: ConnectionSide | undefined },
  terminal: Terminal,
): ExitCode {
  const { server, client, network } = props;
  const side = options.side ?? (server.hostPort === undefined ? "network" : "host");
  const url = connectionUrl(props, side);
  if (url === undefined) {
    terminal.err(`${id} publishes no port: it is reached on the network ${network.name} only.`);
    terminal.err(`Next: bin/redis-ops connection ${id} --from network`);
    return ExitCode.invalidInput;
  }
  const settings = {
    REDIS_URL: url,
    REDIS_CONNECTION_TIMEOUT: `${client.connectTimeout.toMilliseconds()}`,
    REDIS_COMMAND_TIMEOUT: `${client.commandTimeout.toMilliseconds()}`,
    REDIS_POOL_SIZE: `${client.poolSize}`,
  };
  const password =
    server.auth.mode === "none" ? null : { volume: server.auth.secretsVolume, file: SECRET_FILES.default };
  if (options.format === "json") {
    terminal.out(json({ stack: id, from: side, network: network.name, ...settings, password }));
  } else if (options.format === "url") {
    terminal.out(url);
  } else {
    terminal.out(
      Object.entries(settings)
        .map(([name, value]) => `${name}="${value}"`)
        .join("\n"),
    );
  }
  if (password !== null) {
    terminal.err(`The password is the file ${password.file} in volume ${password.volume}.`);
  }
  return ExitCode.ok;
}

/** The URL without a password; undefined from the host where no port is published. */
export function connectionUrl({ server, client }: RedisStackProps, side: ConnectionSide): string | undefined {
  const database = client.database === 0 ? "" : `/${client.database}`;
  if (side === "network") {
    return `redis://${server.containerName}:${REDIS_PORT}${database}`;
  }
  return server.hostPort === undefined
    ? undefined
    : `redis://${addressFromHost(server.hostAddress, server.hostPort)}${database}`;
}
