import { DOCKER_PROVIDER_VERSION } from "../../constructs/docker-provider";
import { shopStack } from "../support/stack-fixtures";
import { containerOf, type ShopOptions, synthShop, synthStack } from "../support/synthesized-stack";

const outputs = (kind: "dev" | "prod", options?: ShopOptions) =>
  Object.fromEntries(
    Object.entries(synthShop(kind, options).output).map(([name, { value }]) => [name, value]),
  );

describe("a stack", () => {
  it("has a server, a network and a volume in dev", () => {
    const { docker_container, docker_network, docker_volume } = synthShop("dev").resource;
    expect([docker_container, docker_network, docker_volume].map((byName) => Object.keys(byName))).toEqual([
      ["redis"],
      ["network"],
      ["redis_data"],
    ]);
    expect(docker_network.network).toEqual({ name: "shop-dev-network", internal: false });
  });

  it("cannot lose its data or its secrets through Terraform where the environment protects them", () => {
    const volumes = Object.entries(synthShop("prod").resource.docker_volume);
    expect(volumes.map(([name, { lifecycle }]) => [name, lifecycle])).toEqual(
      ["backup_secrets", "exporter_secrets", "redis_backups", "redis_data", "redis_secrets"].map((name) => [
        name,
        { ignore_changes: ["labels", "driver", "driver_opts"], prevent_destroy: true },
      ]),
    );
  });

  it("can be destroyed as a whole in dev", () => {
    expect(JSON.stringify(synthShop("dev"))).not.toContain("prevent_destroy");
  });

  it("says on each container which stack, service and environment it belongs to", () => {
    const stack = synthShop("prod");
    for (const name of ["redis", "redis_exporter"] as const) {
      expect(containerOf(stack, name).labels.slice(0, 3)).toEqual([
        { label: "redis-on-docker.stack", value: "shop-prod" },
        { label: "redis-on-docker.service", value: "shop" },
        { label: "redis-on-docker.environment", value: "prod" },
      ]);
    }
  });
});

describe("the provider", () => {
  it("is pinned to the release that was measured, not to the one of the bindings", () => {
    expect(DOCKER_PROVIDER_VERSION).toBe("4.5.0");
    expect(synthShop("dev").terraform.required_providers).toEqual({
      docker: { source: "kreuzwerker/docker", version: "4.5.0" },
    });
  });

  it("talks to the engine that Docker's own tools use, unless the environment names one", () => {
    expect(synthShop("dev").provider).toEqual({ docker: [{}] });
    const environment = { docker: { host: "ssh://deploy@redis-1" } };
    expect(synthShop("dev", { environment }).provider).toEqual({
      docker: [{ host: "ssh://deploy@redis-1" }],
    });
  });
});

describe("what would start an interpolation", () => {
  it("reaches the provider and the backend as it is written", () => {
    const { id, props } = shopStack("dev");
    const { provider, terraform } = synthStack(id, {
      ...props,
      docker: { host: `unix:///\${a}` },
      state: { backend: "s3", bucket: `\${b}`, key: "%{c}", region: `\${d}` },
    });
    expect(provider).toEqual({ docker: [{ host: "unix:///$${a}" }] });
    expect(terraform.backend).toMatchObject({
      s3: { bucket: "$${b}", key: "%%{c}", region: "$${d}" },
    });
  });
});

describe("the state", () => {
  it("is a file of the stack's own, never cdktf's path on this machine", () => {
    expect(synthShop("dev").terraform.backend).toEqual({
      local: { path: "../../../state/shop-dev.tfstate" },
    });
  });

  it("is an encrypted object that locks itself, in a bucket", () => {
    const state = { backend: "s3", bucket: "states", region: "eu-central-1" } as const;
    expect(synthShop("prod", { environment: { state } }).terraform.backend).toEqual({
      s3: {
        bucket: "states",
        key: "redis/shop-prod.tfstate",
        region: "eu-central-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });
});

describe("the outputs", () => {
  it("name the container, and the address inside the network where no port is published", () => {
    expect(outputs("prod", { deployment: { exporter: "off" } })).toEqual({
      container_name: "shop-prod",
      host: "shop-prod",
      port: 6379,
      network_name: "shop-prod-network",
      volume_name: "shop-prod-data",
      url: "redis://shop-prod:6379",
    });
  });

  it("give the address on loopback where a port is published", () => {
    expect(outputs("dev", { deployment: { hostPort: 6390 } })).toMatchObject({
      host: "127.0.0.1",
      port: 6390,
      url: "redis://127.0.0.1:6390",
    });
  });
});
