import type Docker from "dockerode";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Duration } from "../../core/duration";
import { Problems } from "../../core/problem";
import { renderRedisConf } from "../../core/redis-conf";
import type {
  BackupScheduleProps,
  RedisExporterProps,
  RedisServerProps,
  RedisStackProps,
} from "../../core/redis-stack-props";
import { template } from "./stack-fixtures";

/** What a container is like, in Docker's words where it has them. */
export interface ContainerFacts {
  readonly image: string;
  readonly user: string;
  /** Last word of the server's command. */
  readonly redisConf: string | undefined;
  readonly owner: Readonly<Record<string, string>>;
  readonly healthcheck: unknown;
  readonly stopTimeout: number;
  readonly memory: number;
  readonly memorySwap: number;
  readonly memoryReservation: number;
  readonly nanoCpus: number;
  readonly cpuShares: number;
  readonly restart: string;
  readonly log: unknown;
  /** What is really published: `127.0.0.1:6380 -> 6379/tcp`. */
  readonly ports: readonly string[];
  /** Aliases by network, and whether it is internal. */
  readonly networks: Readonly<
    Record<string, { readonly internal: boolean; readonly aliases: readonly string[] }>
  >;
  /** Volume by path. */
  readonly volumes: Readonly<Record<string, string>>;
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
  readonly privileged: boolean;
  readonly init: boolean;
  readonly capAdd: readonly string[];
  readonly capDrop: readonly string[];
  readonly securityOpt: readonly string[];
}

/** What the engine says of every container of a stack, by name. */
export async function containersOfStack(
  docker: Docker,
  stack: string,
): Promise<Readonly<Record<string, ContainerFacts>>> {
  const filters = { label: [`redis-on-docker.stack=${stack}`] };
  const found = await docker.listContainers({ all: true, filters });
  const facts = found.map(async ({ Id, Names }) => [
    (Names[0] ?? "").slice(1),
    await containerFacts(docker, Id),
  ]);
  return Object.fromEntries(await Promise.all(facts));
}

async function containerFacts(docker: Docker, id: string): Promise<ContainerFacts> {
  const { Config, HostConfig, NetworkSettings, Mounts } = await docker.getContainer(id).inspect();
  const networks = Object.entries(NetworkSettings.Networks).map(async ([network, { Aliases }]) => {
    const { Internal } = await docker.getNetwork(network).inspect();
    const aliases = (Aliases ?? []).filter((alias: string) => !id.startsWith(alias));
    return [network, { internal: Internal, aliases }] as const;
  });
  const { StopTimeout }: Docker.ContainerInspectInfo["Config"] & { StopTimeout?: number } = Config;
  const labels = Object.entries(Config.Labels);
  return {
    image: Config.Image,
    user: Config.User,
    redisConf: Config.Cmd?.[3] === "redis-start" ? Config.Cmd[4] : undefined,
    owner: Object.fromEntries(labels.filter(([label]) => /\.(stack|service|environment)$/.test(label))),
    healthcheck: Config.Healthcheck,
    stopTimeout: StopTimeout ?? 0,
    memory: HostConfig.Memory ?? 0,
    memorySwap: HostConfig.MemorySwap ?? 0,
    memoryReservation: HostConfig.MemoryReservation ?? 0,
    nanoCpus: HostConfig.NanoCpus ?? 0,
    cpuShares: HostConfig.CpuShares ?? 0,
    restart: HostConfig.RestartPolicy?.Name ?? "",
    log: HostConfig.LogConfig,
    ports: Object.entries(NetworkSettings.Ports).flatMap(([port, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort} -> ${port}`),
    ),
    networks: Object.fromEntries(await Promise.all(networks)),
    volumes: Object.fromEntries(
      Mounts.map(({ Destination, Name, RW }) => [Destination, `${Name} ${RW ? "rw" : "ro"}`]),
    ),
    tmpfs: HostConfig.Tmpfs ?? {},
    readOnly: HostConfig.ReadonlyRootfs ?? false,
    privileged: HostConfig.Privileged ?? false,
    init: HostConfig.Init ?? false,
    capAdd: HostConfig.CapAdd ?? [],
    capDrop: HostConfig.CapDrop ?? [],
    securityOpt: HostConfig.SecurityOpt ?? [],
  };
}

/** The same in every container of this project. */
const HARDENED = {
  readOnly: true,
  privileged: false,
  init: false,
  capAdd: [],
  capDrop: ["ALL"],
  securityOpt: ["no-new-privileges:true"],
} as const;

/** What the containers of a stack have to be like, by name. */
export function expectedContainers({ id, props }: ResolvedStack): Readonly<Record<string, ContainerFacts>> {
  const {
    server,
    exporter,
    backups: { schedule },
  } = props;
  return {
    [server.containerName]: expectedServer(id, props),
    ...(schedule === undefined ? {} : { [schedule.containerName]: expectedBackup(id, props, schedule) }),
    ...(exporter === undefined ? {} : { [exporter.containerName]: expectedExporter(id, props, exporter) }),
  };
}

export function redisConfOf({ server, exporter }: RedisStackProps): string {
  const problems = new Problems();
  const redisConf = renderRedisConf(template, server, exporter !== undefined, problems);
  problems.throwIfAny();
  return redisConf;
}

function expectedServer(stack: string, props: RedisStackProps): ContainerFacts {
  const { server, network, dataVolume } = props;
  const memory = server.memoryLimit.toBytes();
  return {
    ...HARDENED,
    image: server.image,
    user: "999:1000",
    redisConf: redisConfOf(props),
    owner: ownerLabels(stack, props),
    healthcheck: healthcheck(server),
    stopTimeout: server.stopTimeout.toSeconds(),
    memory,
    memorySwap: memory,
    memoryReservation: server.memoryReservation?.toBytes() ?? 0,
    nanoCpus: (server.cpus ?? 0) * 1e9,
    cpuShares: server.cpuShares ?? 0,
    restart: server.restart,
    log: logs(`${server.logMaxSize.toMebibytes()}m`, server.logMaxFiles),
    ports: server.hostPort === undefined ? [] : [`${server.hostAddress}:${server.hostPort} -> 6379/tcp`],
    networks: { [network.name]: { internal: network.internal, aliases: server.aliases } },
    volumes: {
      "/data": `${dataVolume.name} rw`,
      ...(server.auth.mode === "none" ? {} : { "/run/secrets": `${server.auth.secretsVolume} ro` }),
    },
    tmpfs: { "/usr/local/etc/redis": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
  };
}

function expectedExporter(
  stack: string,
  props: RedisStackProps,
  exporter: RedisExporterProps,
): ContainerFacts {
  const { network } = props;
  const memory = 64 * 1024 ** 2;
  return {
    ...HARDENED,
    image: exporter.image,
    user: "59000:59000",
    redisConf: undefined,
    owner: ownerLabels(stack, props),
    healthcheck: undefined,
    stopTimeout: 10,
    memory,
    memorySwap: memory,
    memoryReservation: 0,
    nanoCpus: 0,
    cpuShares: 0,
    restart: "unless-stopped",
    log: logs("10m", 3),
    ports: [`${exporter.hostAddress}:${exporter.hostPort} -> 9121/tcp`],
    networks: {
      [network.name]: { internal: network.internal, aliases: [] },
      [exporter.networkName]: { internal: false, aliases: [] },
    },
    volumes: exporter.secretsVolume === undefined ? {} : { "/run/secrets": `${exporter.secretsVolume} ro` },
    tmpfs: {},
  };
}

function expectedBackup(
  stack: string,
  props: RedisStackProps,
  schedule: BackupScheduleProps,
): ContainerFacts {
  const { network, server } = props;
  const memory = server.maxmemory.toBytes() + 64 * 1024 ** 2;
  const seconds = 1e9;
  return {
    ...HARDENED,
    image: server.image,
    user: "999:1000",
    redisConf: undefined,
    owner: ownerLabels(stack, props),
    healthcheck: {
      Test: [
        "CMD-SHELL",
        `find /data -name '*Z-????.json' -mmin -${(2 * schedule.every.toSeconds()) / 60 + 10} | grep -q .`,
      ],
      Interval: 60 * seconds,
      Timeout: 10 * seconds,
      StartPeriod: 600 * seconds,
      Retries: 3,
    },
    stopTimeout: 10,
    memory,
    memorySwap: memory,
    memoryReservation: 0,
    nanoCpus: 0,
    cpuShares: 0,
    restart: "unless-stopped",
    log: logs("10m", 3),
    ports: [],
    networks: { [network.name]: { internal: network.internal, aliases: [] } },
    volumes: {
      "/data": `${schedule.volumeName} rw`,
      ...(schedule.secretsVolume === undefined ? {} : { "/run/secrets": `${schedule.secretsVolume} ro` }),
    },
    tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
  };
}

function ownerLabels(stack: string, { labels }: RedisStackProps): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ stack, ...labels }).map(([name, value]) => [`redis-on-docker.${name}`, value]),
  );
}

function healthcheck({ healthcheck: { command, retries, ...times } }: RedisServerProps) {
  const nanoseconds = (time: Duration) => time.toMilliseconds() * 1e6;
  return {
    Test: ["CMD-SHELL", command],
    Interval: nanoseconds(times.interval),
    Timeout: nanoseconds(times.timeout),
    StartPeriod: nanoseconds(times.startPeriod),
    Retries: retries,
  };
}

const logs = (size: string, files: number) => ({
  Type: "json-file",
  Config: { "max-size": size, "max-file": `${files}` },
});
