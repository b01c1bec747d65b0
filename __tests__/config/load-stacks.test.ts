import { loadStacks } from "../../config/load-stacks";
import { services } from "../../config/services";
import { loadOptions } from "../../ops/load";
import { services as fixtureServices } from "../support/fixture-services";
import { shop, shopStack, template, today, unchecked } from "../support/stack-fixtures";

describe("loadStacks", () => {
  it("makes a stack of each service in each of its environments, in their order", () => {
    const ids = loadStacks({ template, today, services: fixtureServices }).map(({ id }) => id);
    expect(ids).toEqual(["cache-dev", "shop-dev", "shop-prod"]);
  });

  it("takes the services of config/services unless it is given others", () => {
    const ids = loadStacks({ ...loadOptions(), engine: undefined }).map(({ id }) => id);
    expect(ids).toEqual(
      services.flatMap(({ name, environments }) =>
        Object.keys(environments).map((other) => `${name}-${other}`),
      ),
    );
  });

  it("names everything after the stack unless the service says otherwise", () => {
    const { props } = shopStack("prod");
    expect({
      container: props.server.containerName,
      network: props.network.name,
      volume: props.dataVolume.name,
      auth: props.server.auth,
      exporter: props.exporter,
    }).toMatchObject({
      container: "shop-prod",
      network: "shop-prod-network",
      volume: "shop-prod-data",
      auth: { mode: "requirepass", secretsVolume: "shop-prod-secrets" },
      exporter: {
        containerName: "shop-prod-exporter",
        networkName: "shop-prod-metrics",
        secretsVolume: "shop-prod-exporter-secrets",
        hostPort: 9121,
      },
    });
  });

  it("takes the names that the service gives", () => {
    const { props } = shopStack("dev", {
      deployment: { containerName: "basket", networkName: "basket_net", dataVolumeName: "basket.data" },
    });
    expect([props.server.containerName, props.network.name, props.dataVolume.name]).toEqual([
      "basket",
      "basket_net",
      "basket.data",
    ]);
  });

  it("gives a development stack no password, a network that can publish and a volume that can go", () => {
    const { server, network, dataVolume, exporter } = shopStack("dev").props;
    expect({ auth: server.auth, internal: network.internal, protected: dataVolume.protected }).toEqual({
      auth: { mode: "none" },
      internal: false,
      protected: false,
    });
    expect(exporter).toBeUndefined();
  });

  it("gives a production stack an internal network and a protected volume", () => {
    const { network, dataVolume } = shopStack("prod").props;
    expect({ internal: network.internal, protected: dataVolume.protected }).toEqual({
      internal: true,
      protected: true,
    });
  });

  it("lets a service switch the exporter off in prod, and on in dev without secrets", () => {
    expect(shopStack("prod", { deployment: { exporter: "off" } }).props.exporter).toBeUndefined();
    const { exporter } = shopStack("dev", { deployment: { exporter: { hostPort: 9121 } } }).props;
    expect(exporter).toMatchObject({ hostPort: 9121 });
    expect(exporter).not.toHaveProperty("secretsVolume");
  });

  it("keeps the state of each stack in a file of its own, relative to where Terraform runs", () => {
    expect(shopStack("dev").props.state).toEqual({
      backend: "local",
      path: "../../../state/shop-dev.tfstate",
    });
  });

  it("keeps the state in a bucket where the environment says so", () => {
    const state = { backend: "s3", bucket: "states", region: "eu-central-1" } as const;
    expect(shopStack("prod", { environment: { state } }).props.state).toEqual({
      ...state,
      key: "redis/shop-prod.tfstate",
    });
  });

  it.each([
    ["256 MiB", "1 min"],
    ["4 GiB", "1 min"],
    ["4097 MiB", "2 min"],
    ["12 GiB", "3 min"],
  ] as const)("gives %s of data %s to be loaded", (maxmemory, startPeriod) => {
    const { healthcheck } = shopStack("dev", { deployment: { memory: { maxmemory } } }).props.server;
    expect(`${healthcheck.startPeriod}`).toBe(startPeriod);
  });

  it("takes the service's engine, and the one of REDIS_ENGINE in its place", () => {
    const { server, exporter } = shopStack("prod", { service: { engine: "redis-7.2" } }).props;
    expect([server.version, server.image]).toEqual(["7.2.16", "redis:7.2.16-alpine"]);
    const replaced = shopStack("prod", { service: { engine: "redis-7.2" }, engine: "debian-7.0.15" }).props;
    expect([replaced.server.version, replaced.server.image]).toEqual([
      "7.0.15",
      "redis-on-docker-lab/redis:7.0.15",
    ]);
    expect(replaced.exporter?.image).not.toBe(exporter?.image);
  });

  it("looks environments up among its own, so that toString is not one", () => {
    const own = [shop(unchecked({ toString: { memory: { maxmemory: "1 GiB" } } }))];
    expect(() => loadStacks({ template, today, services: own })).toThrow(
      "1 problem, nothing was changed\n" +
        '  shop.environments: got "toString", expected an environment of config/environments. ' +
        "Fix: use one of dev, prod.",
    );
  });

  it("does not change what it was given", () => {
    const before = shop({ dev: { memory: { maxmemory: "256 MiB" } } });
    const own = [structuredClone(before)];
    loadStacks({ template, today, services: own });
    expect(own).toEqual([before]);
  });
});
