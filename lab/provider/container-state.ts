import type Docker from "dockerode";
import { formatCpus } from "./cpus";
import { formatDuration } from "./duration";
import type { Attributes, Value } from "./values";
import type { View } from "./view";

const MEBIBYTE = 1024 * 1024;

/** Parts of the engine's answer that the client's types leave out. */
type Config = Docker.ContainerInspectInfo["Config"] & { StopSignal?: string; StopTimeout?: number | null };

/**
 * What the engine's answer makes of the state. Left out, because the real provider
 * does not read it back either: env, labels, volumes, networks_advanced, and what
 * only matters at create, start and delete.
 */
export function containerState(info: Docker.ContainerInspectInfo, state: View): Attributes {
  const config: Config = info.Config;
  const host = info.HostConfig;
  return {
    id: info.Id,
    name: info.Name.replace(/^\/+/, ""),
    ...networking(info, state),
    ...running(info, state),
    ...limitsOf(host),
    image: state.text("image").startsWith("sha256:") ? info.Image : config.Image,
    hostname: config.Hostname ?? "",
    domainname: config.Domainname ?? "",
    user: config.User ?? "",
    command: config.Cmd ?? [],
    entrypoint: [config.Entrypoint ?? []].flat(),
    working_dir: config.WorkingDir ?? "",
    tty: config.Tty ?? false,
    stdin_open: config.OpenStdin ?? false,
    stop_signal: config.StopSignal ?? "",
    stop_timeout: config.StopTimeout ?? 0,
    ...healthcheckOf(config),
    rm: host.AutoRemove ?? false,
    init: host.Init ?? false,
    read_only: host.ReadonlyRootfs ?? false,
    privileged: host.Privileged ?? false,
    publish_all_ports: host.PublishAllPorts ?? false,
    ...capabilities(host),
    security_opts: host.SecurityOpt ?? [],
    sysctls: host.Sysctls ?? {},
    tmpfs: host.Tmpfs ?? {},
    mounts: mounts(host),
    group_add: host.GroupAdd ?? [],
    dns: host.Dns ?? [],
    dns_opts: host.DnsOptions ?? [],
    dns_search: host.DnsSearch ?? [],
    host: (host.ExtraHosts ?? []).map(extraHost),
    storage_opts: host.StorageOpt ?? {},
    log_driver: host.LogConfig?.Type ?? "",
    log_opts: Object.keys(state.map("log_opts")).length > 0 ? (host.LogConfig?.Config ?? {}) : {},
    network_mode: host.NetworkMode ?? "",
    ipc_mode: host.IpcMode ?? "",
    userns_mode: host.UsernsMode ?? "",
    runtime: host.Runtime ?? "",
    platform: info.Platform ?? "",
    ...(state.text("pid_mode") === "" ? {} : { pid_mode: host.PidMode ?? "" }),
    ...(state.blocks("ulimit").length === 0 ? {} : { ulimit: ulimits(host) }),
  };
}

/** A container that should run and does not is written down as one that need not: Terraform then plans a start. */
function running(info: Docker.ContainerInspectInfo, state: View): Attributes {
  if (info.State.Running) {
    return {};
  }
  return { exit_code: info.State.ExitCode, ...(state.flag("must_run") ? { must_run: false } : {}) };
}

function networking(info: Docker.ContainerInspectInfo, state: View): Attributes {
  const settings = info.NetworkSettings;
  const readsPorts = (info.State.Running || state.flag("must_run")) && state.blocks("ports").length > 0;
  return {
    bridge: settings.Bridge ?? "",
    network_data: Object.entries(settings.Networks ?? {}).map(([name, network]) => ({
      network_name: name,
      ip_address: network.IPAddress,
      ip_prefix_length: network.IPPrefixLen,
      gateway: network.Gateway,
      global_ipv6_address: network.GlobalIPv6Address,
      global_ipv6_prefix_length: network.GlobalIPv6PrefixLen,
      ipv6_gateway: network.IPv6Gateway,
      mac_address: network.MacAddress,
    })),
    ...(readsPorts ? { ports: publishedPorts(settings.Ports) } : {}),
  };
}

function publishedPorts(ports: Docker.ContainerInspectInfo["NetworkSettings"]["Ports"] | null): Value {
  const numbered = Object.entries(ports ?? {}).map(([key, bindings]) => {
    const [internal, protocol = ""] = key.split("/");
    return { internal: Number(internal), protocol, bindings: bindings ?? [] };
  });
  return numbered
    .sort((left, right) => left.internal - right.internal)
    .flatMap(({ internal, protocol, bindings }) =>
      bindings.map(({ HostIp, HostPort }) => ({
        internal,
        external: Number(HostPort),
        ip: HostIp,
        protocol,
      })),
    );
}

function limitsOf(host: Docker.HostConfig): Attributes {
  const mebibytes = (bytes = 0): number => (bytes > 0 ? Math.floor(bytes / MEBIBYTE) : bytes);
  const nano = BigInt(host.NanoCpus ?? 0);
  return {
    restart: host.RestartPolicy?.Name ?? "",
    max_retry_count: host.RestartPolicy?.MaximumRetryCount ?? 0,
    memory: mebibytes(host.Memory),
    memory_reservation: mebibytes(host.MemoryReservation),
    memory_swap: mebibytes(host.MemorySwap),
    shm_size: mebibytes(host.ShmSize),
    cpu_shares: host.CpuShares ?? 0,
    cpu_set: host.CpusetCpus ?? "",
    ...(nano > 0n ? { cpus: formatCpus(nano) } : {}),
    ...Object.fromEntries(
      ["ReadBps", "ReadIOps", "WriteBps", "WriteIOps"].map((kind) => [
        `device_${kind.replace(/(?=Bps|IOps)/, "_").toLowerCase()}`,
        throttles((host as Record<string, unknown>)[`BlkioDevice${kind}`]),
      ]),
    ),
  };
}

function throttles(devices: unknown): Value {
  return ((devices ?? []) as { Path: string; Rate: number }[]).map(({ Path, Rate }) => ({
    path: Path,
    rate: Rate,
  }));
}

function healthcheckOf(config: Config): Attributes {
  const check = config.Healthcheck;
  if (check === undefined || check === null) {
    return {};
  }
  const written = (nanoseconds = 0): string => formatDuration(BigInt(nanoseconds));
  return {
    healthcheck: [
      {
        test: check.Test ?? [],
        interval: written(check.Interval),
        timeout: written(check.Timeout),
        start_period: written(check.StartPeriod),
        start_interval: written(check.StartInterval),
        retries: check.Retries ?? 0,
      },
    ],
  };
}

function capabilities(host: Docker.HostConfig): Attributes {
  const add: string[] = host.CapAdd ?? [];
  const drop: string[] = host.CapDrop ?? [];
  return add.length + drop.length > 0 ? { capabilities: [{ add, drop }] } : {};
}

function ulimits(host: Docker.HostConfig): Value {
  return (host.Ulimits ?? []).map(({ Name = "", Soft = 0, Hard = 0 }) => ({
    name: Name,
    soft: Soft,
    hard: Hard,
  }));
}

function extraHost(line: string): Value {
  const [host = "", ...ip] = line.split(":");
  return { host, ip: ip.join(":") };
}

function mounts(host: Docker.HostConfig): Value {
  return ((host.Mounts ?? []) as Docker.MountSettings[]).map((mount) => ({
    target: mount.Target,
    source: mount.Source ?? "",
    type: mount.Type,
    read_only: mount.ReadOnly ?? false,
    bind_options: mount.BindOptions ? [{ propagation: mount.BindOptions.Propagation }] : [],
    tmpfs_options: mount.TmpfsOptions
      ? [{ size_bytes: mount.TmpfsOptions.SizeBytes ?? 0, mode: mount.TmpfsOptions.Mode ?? 0 }]
      : [],
    volume_options: [],
  }));
}
