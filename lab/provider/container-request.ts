import type Docker from "dockerode";
import { parseCpus } from "./cpus";
import { parseDuration } from "./duration";
import { Problem } from "./problem";
import type { View } from "./view";

const MEBIBYTE = 1024 * 1024;

/** What the engine is asked to create. Networks of `networks_advanced` are connected afterwards. */
export function containerRequest(view: View): Docker.ContainerCreateOptions {
  const ports = portBindings(view);
  const mountPaths = view.blocks("volumes").map((volume) => volume.text("container_path"));
  return {
    name: view.text("name"),
    Image: view.text("image"),
    Hostname: view.text("hostname"),
    User: view.text("user"),
    WorkingDir: view.text("working_dir"),
    StopSignal: view.text("stop_signal"),
    Env: view.texts("env"),
    Tty: view.flag("tty"),
    OpenStdin: view.flag("stdin_open"),
    Labels: view.labels("labels"),
    Volumes: Object.fromEntries(mountPaths.map((path) => [path, {}])),
    ExposedPorts: Object.fromEntries(Object.keys(ports).map((port) => [port, {}])),
    HostConfig: hostConfig(view, ports),
    ...optional("StopTimeout", view.number("stop_timeout")),
    ...optional("Cmd", commandOf(view)),
    ...optional("Entrypoint", view.texts("entrypoint")),
    ...optional("Healthcheck", healthcheck(view)),
  };
}

/** Limits that the engine can change while the container runs, in bytes where it wants bytes. */
export function limits(view: View): Docker.HostConfig {
  return {
    CpuShares: view.number("cpu_shares"),
    CpusetCpus: view.text("cpu_set"),
    Memory: view.number("memory") * MEBIBYTE,
    MemoryReservation: view.number("memory_reservation") * MEBIBYTE,
    MemorySwap: swapBytes(view.number("memory_swap")),
    RestartPolicy: { Name: view.text("restart"), MaximumRetryCount: view.number("max_retry_count") },
  };
}

/** How the container is joined to one network of `networks_advanced`. */
export function endpoint(network: View): Docker.EndpointSettings {
  const address = network.text("ipv4_address");
  return {
    Aliases: network.texts("aliases"),
    ...(address === "" ? {} : { IPAMConfig: { IPv4Address: address } }),
  };
}

function hostConfig(view: View, ports: PortBindings): Docker.HostConfig {
  const [capabilities] = view.blocks("capabilities");
  return {
    ...limits(view),
    AutoRemove: view.flag("rm"),
    Binds: binds(view),
    CapAdd: capabilityNames(capabilities?.texts("add") ?? []),
    CapDrop: capabilityNames(capabilities?.texts("drop") ?? []),
    Dns: view.texts("dns"),
    Init: view.flag("init"),
    LogConfig: { Type: view.text("log_driver"), Config: view.map("log_opts") },
    Mounts: mounts(view),
    NanoCpus: Number(parseCpus(view.text("cpus")) ?? 0n),
    NetworkMode: view.text("network_mode"),
    PidMode: view.text("pid_mode"),
    PortBindings: ports,
    ReadonlyRootfs: view.flag("read_only"),
    ShmSize: view.number("shm_size") * MEBIBYTE,
    Sysctls: view.map("sysctls"),
    Tmpfs: view.map("tmpfs"),
    Ulimits: view.blocks("ulimit").map((limit) => ({
      Name: limit.text("name"),
      Soft: limit.number("soft"),
      Hard: limit.number("hard"),
    })),
    ...securityOptions(view.texts("security_opts")),
  };
}

/** The real provider takes this option out and hands the engine empty lists instead. */
function securityOptions(options: readonly string[]): Docker.HostConfig {
  const unconfined = "systempaths=unconfined";
  return {
    SecurityOpt: options.filter((option) => option !== unconfined),
    ...(options.includes(unconfined) ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
  };
}

/** The engine's client spells capabilities "CAP_X", sorted and once each. */
function capabilityNames(names: readonly string[]): string[] {
  const canonical = names.map((name) => name.trim().toUpperCase());
  const prefixed = canonical.map((name) =>
    name === "ALL" || name.startsWith("CAP_") ? name : `CAP_${name}`,
  );
  return [...new Set(prefixed)].sort();
}

function commandOf(view: View): string[] {
  const command = view.texts("command");
  const empty = command.indexOf("");
  if (empty >= 0) {
    throw new Problem(
      `docker_container.command[${empty}]: got empty text, expected no empty element. Fix: leave the element out.`,
      ["command"],
    );
  }
  return command;
}

function healthcheck(view: View): Docker.HealthConfig | undefined {
  const [check] = view.blocks("healthcheck");
  return (
    check && {
      Test: check.texts("test"),
      Interval: nanoseconds(check, "interval"),
      Timeout: nanoseconds(check, "timeout"),
      StartPeriod: nanoseconds(check, "start_period"),
      StartInterval: nanoseconds(check, "start_interval"),
      Retries: check.number("retries"),
    }
  );
}

function nanoseconds(check: View, name: string): number {
  return Number(parseDuration(check.text(name)) ?? 0n);
}

type PortBindings = Record<string, { HostIp: string; HostPort: string }[]>;

function portBindings(view: View): PortBindings {
  const bindings: PortBindings = {};
  for (const port of view.blocks("ports")) {
    const key = `${port.number("internal")}/${port.text("protocol")}`;
    const binding = { HostIp: port.text("ip"), HostPort: String(port.number("external")) };
    bindings[key] = [...(bindings[key] ?? []), binding];
  }
  return bindings;
}

function binds(view: View): string[] {
  return view.blocks("volumes").flatMap((volume) => {
    const path = volume.text("container_path");
    const source = volume.text("host_path") || volume.text("volume_name");
    if (path === "") {
      throw new Problem(
        "docker_container.volumes.container_path: got nothing, expected a path. Fix: say where the volume is mounted.",
        ["volumes"],
      );
    }
    return source === "" ? [] : [`${source}:${path}:${volume.flag("read_only") ? "ro" : "rw"}`];
  });
}

function mounts(view: View): Docker.MountSettings[] {
  return view.blocks("mounts").map((mount) => {
    const type = mount.text("type") as Docker.MountType;
    const [bind] = type === "bind" ? mount.blocks("bind_options") : [];
    const [tmpfs] = type === "tmpfs" ? mount.blocks("tmpfs_options") : [];
    return {
      Type: type,
      Source: mount.text("source"),
      Target: mount.text("target"),
      ReadOnly: mount.flag("read_only"),
      ...(bind && { BindOptions: { Propagation: bind.text("propagation") as Docker.MountPropagation } }),
      ...(tmpfs && { TmpfsOptions: { SizeBytes: tmpfs.number("size_bytes"), Mode: tmpfs.number("mode") } }),
    };
  });
}

function swapBytes(mebibytes: number): number {
  return mebibytes > 0 ? mebibytes * MEBIBYTE : mebibytes;
}

function optional<Name extends string, T>(name: Name, value: T): { [name in Name]?: T } {
  const isNothing = value === undefined || value === 0 || (Array.isArray(value) && value.length === 0);
  return (isNothing ? {} : { [name]: value }) as { [name in Name]?: T };
}
