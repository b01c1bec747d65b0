import { containerOf, redisConfOf, type ShopOptions, synthShop } from "../support/synthesized-stack";

const inDev: ShopOptions = { deployment: { exporter: { hostPort: 9130 } } };
const exporter = (kind: "dev" | "prod", options?: ShopOptions) =>
  containerOf(synthShop(kind, options), "redis_exporter");

describe("the exporter", () => {
  it("does not exist where it is off, and neither do its network, volume and output", () => {
    const { resource, output } = synthShop("prod", {
      deployment: { exporter: "off", backups: "off" },
      environment: { gates: "warn" },
    });
    expect(Object.keys(resource.docker_container)).toEqual(["redis"]);
    expect(Object.keys(resource.docker_network)).toEqual(["network"]);
    expect(Object.keys(resource.docker_volume).sort()).toEqual(["redis_data", "redis_secrets"]);
    expect(output).not.toHaveProperty("metrics_url");
  });

  it("is as hardened as the server", () => {
    const { read_only, capabilities, security_opts, memory, memory_swap, user } = exporter("prod");
    expect({ read_only, capabilities, security_opts, memory, memory_swap, user }).toEqual({
      read_only: true,
      capabilities: { drop: ["ALL"] },
      security_opts: ["no-new-privileges:true"],
      memory: 64,
      memory_swap: 64,
      user: "59000:59000",
    });
  });

  it("publishes its metrics on loopback, on a network of its own since the service's is internal", () => {
    const { ports, networks_advanced } = exporter("prod", { deployment: { exporter: { hostPort: 9130 } } });
    expect(ports).toEqual([{ internal: 9121, external: 9130, ip: "127.0.0.1" }]);
    expect(networks_advanced).toEqual([
      { name: `\${docker_network.network.id}` },
      { name: `\${docker_network.metrics.id}` },
    ]);
    const { metrics, network } = synthShop("prod").resource.docker_network;
    expect(metrics).toEqual({ name: "shop-prod-metrics" });
    expect(network).toEqual({ name: "shop-prod-network", internal: true });
  });

  it.each([
    ["192.0.2.7", "http://192.0.2.7:9130/metrics"],
    ["0.0.0.0", "http://127.0.0.1:9130/metrics"],
    ["::", "http://[::1]:9130/metrics"],
  ])("publishes its metrics on %s where the service says so", (hostAddress, url) => {
    const options: ShopOptions = {
      deployment: { exporter: { hostPort: 9130, hostAddress } },
      environment: { gates: "warn" },
    };
    expect(exporter("prod", options).ports).toEqual([{ internal: 9121, external: 9130, ip: hostAddress }]);
    expect(synthShop("prod", options).output.metrics_url).toEqual({ value: url });
  });

  it("logs in with a password file, and never asks for the configuration", () => {
    expect(exporter("prod").env).toEqual([
      "REDIS_ADDR=redis://shop-prod:6379",
      "REDIS_EXPORTER_CONNECTION_TIMEOUT=3s",
      "REDIS_EXPORTER_CONFIG_COMMAND=-",
      "REDIS_PASSWORD_FILE=/run/secrets/redis_exporter_passwords.json",
      "REDIS_USER=exporter",
    ]);
  });

  it("has a volume of its own for its password, which it cannot write", () => {
    expect(exporter("prod").volumes).toEqual([
      {
        container_path: "/run/secrets",
        read_only: true,
        volume_name: `\${docker_volume.exporter_secrets.name}`,
      },
    ]);
  });

  it("needs no password, user or secret where the server asks for none", () => {
    expect(exporter("dev", inDev).env).toEqual([
      "REDIS_ADDR=redis://shop-dev:6379",
      "REDIS_EXPORTER_CONNECTION_TIMEOUT=3s",
    ]);
    expect(exporter("dev", inDev)).not.toHaveProperty("volumes");
    expect(Object.keys(synthShop("dev", inDev).resource.docker_volume)).toEqual(["redis_data"]);
    expect(redisConfOf(synthShop("dev", inDev))).not.toContain("user exporter");
  });

  it("starts after the server, which it finds under its container's name", () => {
    const options: ShopOptions = { deployment: { ...inDev.deployment, containerName: "basket" } };
    expect(exporter("dev", options)).toMatchObject({
      depends_on: ["docker_container.redis"],
      env: ["REDIS_ADDR=redis://basket:6379", "REDIS_EXPORTER_CONNECTION_TIMEOUT=3s"],
    });
  });

  it("is reached at the address of output metrics_url", () => {
    expect(synthShop("dev", inDev).output.metrics_url).toEqual({ value: "http://127.0.0.1:9130/metrics" });
  });
});
