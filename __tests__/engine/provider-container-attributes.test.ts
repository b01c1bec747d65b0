import { freePorts } from "../support/free-ports";
import { container, ProviderScratch, reference } from "../support/provider-scratch";

/** What a container is given arrives at the engine. */

let lab: ProviderScratch;

beforeAll(async () => {
  lab = await ProviderScratch.create();
}, 120_000);

afterAll(() => lab.remove());

describe("everything that a container can be given", () => {
  it("arrives at the engine, and leads to an empty plan", async () => {
    const name = lab.unique("full");
    const [port] = await freePorts(1);
    const terraform = await lab.folder();
    const network = {
      name,
      labels: [{ label: "a", value: "b" }],
      ipam_config: [{ subnet: "10.213.77.0/24" }],
    };
    const given = {
      name,
      entrypoint: ["sh", "-c"],
      command: ["sleep 600"],
      working_dir: "/tmp",
      hostname: "full",
      env: ["B=2", "A=1"],
      labels: [{ label: "x", value: "y" }],
      ulimit: [{ name: "nofile", soft: 1024, hard: 1024 }],
      sysctls: { "net.core.somaxconn": "512" },
      dns: ["127.0.0.11"],
      shm_size: 32,
      stop_signal: "SIGINT",
      stop_timeout: 7,
      read_only: true,
      tmpfs: { "/scratch": "rw,size=1m" },
      capabilities: [{ drop: ["ALL"], add: ["CAP_CHOWN"] }],
      security_opts: ["no-new-privileges:true"],
      cpus: "0.5",
      cpu_shares: 256,
      log_driver: "json-file",
      log_opts: { "max-size": "1m" },
      init: true,
      mounts: [{ type: "bind", source: "/tmp", target: "/host", read_only: true }],
      volumes: [{ volume_name: reference("docker_volume.it.name"), container_path: "/data" }],
      ports: [{ internal: 6379, external: port, ip: "127.0.0.1" }],
      networks_advanced: [
        { name: reference("docker_network.it.id"), aliases: ["full"], ipv4_address: "10.213.77.9" },
      ],
    };
    const driver_opts = { type: "tmpfs", device: "tmpfs", o: "size=1m" };
    await terraform.write({
      ...container(given),
      docker_network: { it: network },
      docker_volume: { it: { name, driver: "local", driver_opts, labels: [{ label: "a", value: "b" }] } },
    });
    await terraform.apply();
    const { Config, HostConfig, NetworkSettings } = await lab.docker.getContainer(name).inspect();
    expect(Config).toMatchObject({
      Entrypoint: ["sh", "-c"],
      Cmd: ["sleep 600"],
      WorkingDir: "/tmp",
      Hostname: "full",
      User: "999:1000",
      Env: expect.arrayContaining(["A=1", "B=2"]),
      StopSignal: "SIGINT",
      StopTimeout: 7,
      Labels: expect.objectContaining({ x: "y" }),
    });
    expect(HostConfig).toMatchObject({
      Init: true,
      ReadonlyRootfs: true,
      ShmSize: 32 * 1024 ** 2,
      NanoCpus: 500_000_000,
      CapDrop: ["ALL"],
      CapAdd: ["CAP_CHOWN"],
      Sysctls: { "net.core.somaxconn": "512" },
      Dns: ["127.0.0.11"],
      Ulimits: [{ Name: "nofile", Soft: 1024, Hard: 1024 }],
      LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
      Tmpfs: { "/scratch": "rw,size=1m" },
      Binds: [`${name}:/data:rw`],
      PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: `${port}` }] },
    });
    expect(Object.keys(NetworkSettings.Networks)).toEqual([name]);
    expect(NetworkSettings.Networks[name]).toMatchObject({ IPAddress: "10.213.77.9" });
    expect(await terraform.plan()).toEqual({});
    await terraform.apply("-destroy");
  }, 60_000);

  it("is joined to every network it names, and no other", async () => {
    const name = lab.unique("two");
    const terraform = await lab.folder();
    await terraform.write({
      ...container({
        name,
        command: ["sleep", "600"],
        networks_advanced: [
          { name: reference("docker_network.a.id") },
          { name: reference("docker_network.b.id") },
        ],
      }),
      docker_network: { a: { name: `${name}-a` }, b: { name: `${name}-b`, internal: true } },
    });
    await terraform.apply();
    const { NetworkSettings } = await lab.docker.getContainer(name).inspect();
    expect(Object.keys(NetworkSettings.Networks).sort()).toEqual([`${name}-a`, `${name}-b`]);
    expect(await terraform.plan()).toEqual({});
  });

  it("keeps what the process printed, with attach and logs", async () => {
    const terraform = await lab.folder();
    const job = {
      attach: true,
      logs: true,
      must_run: false,
      command: ["sh", "-c", "echo out; echo err >&2; exit 3"],
    };
    await terraform.write(container({ name: lab.unique("job"), ...job }));
    await terraform.apply();
    const { container_logs, exit_code } = await terraform.attributes("docker_container.it");
    expect([`${container_logs}`.split("\n").sort(), exit_code]).toEqual([["", "err", "out"], 3]);
  });
});
