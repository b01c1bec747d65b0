import { loadStacks } from "../config/load-stacks";
import { template } from "./support/stack-fixtures";
import { type Attributes, synthStack } from "./support/synthesized-stack";

/** `address = name in Docker` of every resource of a stack. */
function addressesOf(id: string): readonly string[] {
  const stack = loadStacks({ template }).find((candidate) => candidate.id === id);
  if (stack === undefined) {
    throw new Error(`no stack ${id}`);
  }
  const { resource } = synthStack(id, stack.props);
  return Object.entries<Readonly<Record<string, Attributes>>>(resource).flatMap(([type, byName]) =>
    Object.entries(byName).map(([name, attributes]) => `${type}.${name} = ${attributes.name}`),
  );
}

/**
 * Terraform finds a resource by its address and Docker finds it by its name. With another address or name,
 * Terraform destroys the old resource and creates an empty one. So a change of these lists is a data
 * migration: it needs a record in docs/decisions/ that says how the data gets from the old to the new one.
 */
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "dev-cache-dev": [
    "docker_container.redis = app_dev_redis_cache",
    "docker_network.network = dev-network",
    "docker_volume.redis_data = redis_data",
  ],
  "sentra-portal-dev": [
    "docker_container.redis = sentra-portal-dev",
    "docker_network.network = sentra-portal-dev-network",
    "docker_volume.redis_data = sentra-portal-dev-data",
  ],
  "sentra-portal-prod": [
    "docker_container.redis = sentra-redis",
    "docker_container.redis_exporter = sentra-portal-prod-exporter",
    "docker_network.metrics = sentra-portal-prod-metrics",
    "docker_network.network = sentra-portal-prod-network",
    "docker_volume.exporter_secrets = sentra-portal-prod-exporter-secrets",
    "docker_volume.redis_data = redis-data",
    "docker_volume.redis_secrets = sentra-portal-prod-secrets",
  ],
};

describe("the Terraform addresses and Docker names", () => {
  it.each(Object.entries(ADDRESSES))("of %s stay what they are", (id, addresses) => {
    expect(addressesOf(id)).toEqual(addresses);
  });

  it("are listed here for every stack", () => {
    expect(loadStacks({ template }).map(({ id }) => id)).toEqual(Object.keys(ADDRESSES));
  });
});
