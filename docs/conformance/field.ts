import type { ResolvedStack } from "../../config/resolve-stack";

/** Paths in `RedisStackProps` whose field is called otherwise in the files that people edit. */
const FIELDS: Readonly<Record<string, string>> = {
  "backups.schedule.every": "backups.every",
  "backups.schedule.keepFor": "backups.keepFor",
  "backups.schedule.keepLast": "backups.keepLast",
  "dataVolume.name": "dataVolumeName",
  "network.name": "networkName",
  "server.auth.mode": "auth",
  "server.maxmemory": "memory.maxmemory",
  "server.memoryLimit": "memory.limit",
  "server.memoryReservation": "memory.reservation",
};

/** The field that somebody edits for the value at `path`, e.g. `stores[0].ttl`. */
export function fieldOf(path: string): string {
  return FIELDS[path] ?? path.replace(/^server\./, "").replace(/\.(\d+)/g, "[$1]");
}

/** The value at `path` as text, as `redis-ops config show` prints it; undefined where there is none. */
export function valueAt({ props }: ResolvedStack, path: string): string | undefined {
  const value = path
    .split(".")
    .reduce<unknown>(
      (part, key) => (part !== null && typeof part === "object" ? Reflect.get(part, key) : undefined),
      props,
    );
  const json = JSON.stringify(value);
  const plain: unknown = json === undefined ? undefined : JSON.parse(json);
  return typeof plain === "string" ? plain : json;
}

/** What the lab deploys in another way: its own images, one of which cannot defragment. */
const OTHER_IN_THE_LAB = ["exporter.image", "server.activedefrag", "server.image"];

/** Whether the value at `path` is read from the deployed containers by a test; the rest is only told to people. */
export function isReadWhereItRuns(path: string): boolean {
  return /^(server|network|dataVolume|exporter)\./.test(path) && !OTHER_IN_THE_LAB.includes(path);
}

/** File below the repository's root that decides the value at `path`; undefined where it follows from others. */
export function fileThatDecides(
  { decisions, service, environment }: ResolvedStack,
  path: string,
): string | undefined {
  const files = {
    service: `config/services/${service.name}.ts`,
    environment: `config/environments/${environment.name}.ts`,
    default: "config/defaults.ts",
    derived: undefined,
    REDIS_ENGINE: undefined,
  };
  const kind = decisions.sourceOf(path)?.kind;
  return kind && files[kind];
}
