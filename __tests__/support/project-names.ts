import type { Service } from "../../config/service";

/** Port inside a container, which stays where it is not one of the host. */
const REDIS_PORT = 6379;

/** What the services of this project occupy on a Docker engine. */
interface Occupied {
  /** Stacks, and most containers, volumes and networks, are called after these. */
  readonly services: readonly string[];
  /** Names that a service file gives in full. */
  readonly names: readonly string[];
  readonly ports: readonly number[];
}

export function occupiedBy(services: readonly Service[]): Occupied {
  const deployments = services.flatMap(({ environments }) => Object.values(environments));
  return {
    services: services.map(({ name }) => name),
    names: unique(
      deployments.flatMap(({ containerName, dataVolumeName, networkName }) =>
        [containerName, dataVolumeName, networkName].filter((name) => name !== undefined),
      ),
    ),
    ports: unique(
      deployments.flatMap(({ hostPort, exporter }) =>
        [hostPort, typeof exporter === "object" ? exporter.hostPort : undefined].filter(
          (port) => port !== undefined,
        ),
      ),
    ),
  };
}

/**
 * A function that puts `prefix` before every name of the project in a text, and `ports` in place of its ports:
 * in service files, command lines, README and output alike.
 *
 * A Terraform address such as `docker_volume.redis_data` is not a name on the engine and stays. Nothing stands between
 * prefix and name, since a name of one word is also the name of a constant in a service file.
 */
export function renamer(
  { services, names }: Occupied,
  prefix: string,
  ports: ReadonlyMap<number, number>,
): (text: string) => string {
  const alternatives = [
    `(?<!\\w-?)(?:${anyOf(services)})(?!\\w)`,
    `(?<![\\w.-])(?<!"docker_\\w+" ")(?:${anyOf(names)})(?![\\w-])`,
  ];
  const name = new RegExp(alternatives.join("|"), "g");
  return (text) =>
    [...ports].reduce(
      (renamed, [port, other]) => renamed.replace(ofHost(port), `${other}`),
      text.replace(name, (found) => `${prefix}${found}`),
    );
}

function ofHost(port: number): RegExp {
  const before = port === REDIS_PORT ? "(?<=127\\.0\\.0\\.1:|localhost:|hostPort: )" : "(?<!\\d)";
  return new RegExp(`${before}${port}(?!\\d)`, "g");
}

function anyOf(words: readonly string[]): string {
  return [...words]
    .sort((a, b) => b.length - a.length)
    .map((word) => word.replace(/[^\w]/g, "\\$&"))
    .join("|");
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
