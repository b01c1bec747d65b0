import type { ResolvedStack } from "../../config/resolve-stack";
import { addressFromHost } from "../../core/host-address";
import { SECRET_FILES } from "../../core/redis-conf";
import type { Names } from "./incident";

const asOps = (container: string, words: readonly string[]) =>
  `docker exec ${container} sh -c 'REDISCLI_AUTH=$(cat /run/secrets/${SECRET_FILES.ops}) redis-cli --user ops ${words.join(" ")}'`;

/** The names of a stack, for the commands that are printed about it. */
export function namesOf({ id, service, props }: ResolvedStack): Names {
  const { server, dataVolume, network, exporter, backups } = props;
  return {
    stack: id,
    service: service.name,
    container: server.containerName,
    volume: dataVolume.name,
    network: network.name,
    aliases: server.aliases,
    image: server.image,
    exporter: exporter?.containerName ?? "",
    schedule: backups.schedule?.containerName ?? "",
    metrics: exporter === undefined ? "" : addressFromHost(exporter.hostAddress, exporter.hostPort),
    redis: (command, ...words) => {
      if (server.disabledCommands.includes(command)) {
        return `# ${command} is disabled by the environment`;
      }
      const all = [server.renamedCommands[command] ?? command, ...words];
      return server.auth.mode === "none"
        ? `docker exec ${server.containerName} redis-cli ${all.join(" ")}`
        : asOps(server.containerName, all);
    },
  };
}

/** What stands in a page for the names of a stack. */
export const PLACEHOLDERS: Names = {
  stack: "STACK",
  service: "SERVICE",
  container: "CONTAINER",
  volume: "VOLUME",
  network: "NETWORK",
  aliases: ["ALIAS"],
  image: "IMAGE",
  exporter: "EXPORTER",
  schedule: "BACKUPS",
  metrics: "127.0.0.1:PORT",
  redis: (command, ...words) => asOps("CONTAINER", [command, ...words]),
};
