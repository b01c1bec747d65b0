import type Docker from "dockerode";
import { engineMessage, hasStatus, ifFound, poll } from "./engine";
import { labelBlocks } from "./labels";
import { Problem } from "./problem";
import type { Resource, World } from "./resource";
import type { Rule, Rules } from "./rules";
import type { Attributes, Value } from "./values";
import { View } from "./view";

const ENDPOINTS_LIMIT = { milliseconds: 30_000, every: 500 };
const REPLACE: Rule = { change: "replace" };

const rules: Rules = {
  name: REPLACE,
  labels: { change: "replace", nested: { label: REPLACE, value: REPLACE } },
  driver: REPLACE,
  options: REPLACE,
  internal: REPLACE,
  attachable: REPLACE,
  ipv6: REPLACE,
  ipam_driver: { change: "replace", default: "default" },
  ipam_options: REPLACE,
  ipam_config: {
    change: "replace",
    unset: "computed",
    nested: { subnet: REPLACE, ip_range: REPLACE, gateway: REPLACE, aux_address: REPLACE },
  },
};

/** `docker_network`: every change replaces it; deleting one in use is tried for 30 s. */
export const dockerNetwork: Resource = {
  rules,
  hasTimeouts: false,
  canImport: true,

  async create(planned, world) {
    const { id } = await world.docker.createNetwork(createOptions(new View(planned)));
    return { id, ...(await read(id, world)) };
  },

  async read(state, world) {
    return read(new View(state).text("id"), world);
  },

  async update() {
    return {};
  },

  async delete(state, world) {
    const id = new View(state).text("id");
    const isGone = await poll(() => removed(id, world), { ...ENDPOINTS_LIMIT, stop: world.stop });
    if (isGone === undefined) {
      throw new Problem(
        `docker_network ${new View(state).text("name")}: got a network that containers are still connected to after 30 s, ` +
          "expected one that is free. Fix: disconnect or remove them.",
      );
    }
  },
};

function createOptions(view: View): Docker.NetworkCreateOptions {
  return {
    Name: view.text("name"),
    CheckDuplicate: true,
    Driver: view.text("driver"),
    Internal: view.flag("internal"),
    Attachable: view.flag("attachable"),
    EnableIPv6: view.flag("ipv6"),
    Options: view.map("options"),
    Labels: view.labels("labels"),
    IPAM: {
      Driver: view.text("ipam_driver"),
      Options: view.map("ipam_options"),
      Config: view.blocks("ipam_config").map((config) => ({
        Subnet: config.text("subnet"),
        IPRange: config.text("ip_range"),
        Gateway: config.text("gateway"),
        AuxiliaryAddresses: config.map("aux_address"),
      })),
    },
  } as Docker.NetworkCreateOptions;
}

async function read(id: string, world: World): Promise<Attributes | undefined> {
  const network: Docker.NetworkInspectInfo | undefined = await ifFound(world.docker.getNetwork(id).inspect());
  return (
    network && {
      id,
      name: network.Name,
      labels: labelBlocks(network.Labels),
      driver: network.Driver,
      internal: network.Internal,
      attachable: network.Attachable,
      ingress: network.Ingress,
      ipv6: network.EnableIPv6 ?? false,
      ipam_driver: network.IPAM?.Driver ?? "",
      ipam_options: network.IPAM?.Options ?? {},
      ipam_config: (network.IPAM?.Config ?? []).map(ipamConfig),
      scope: network.Scope,
      options: network.Options ?? {},
    }
  );
}

function ipamConfig(config: Readonly<Record<string, unknown>>): Value {
  return {
    subnet: String(config.Subnet ?? ""),
    ip_range: String(config.IPRange ?? ""),
    gateway: String(config.Gateway ?? ""),
    aux_address: (config.AuxiliaryAddresses ?? {}) as Record<string, string>,
  };
}

async function removed(id: string, world: World): Promise<true | undefined> {
  try {
    await world.docker.getNetwork(id).remove();
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) {
      return true;
    }
    if (engineMessage(error).toLowerCase().includes("has active endpoints")) {
      return undefined;
    }
    throw error;
  }
}
