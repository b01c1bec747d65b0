import type Docker from "dockerode";
import { engineMessage, hasStatus, ifFound, poll } from "./engine";
import { labelBlocks } from "./labels";
import { Problem } from "./problem";
import type { Resource, World } from "./resource";
import type { Rules } from "./rules";
import type { Attributes } from "./values";
import { View } from "./view";

const IN_USE_LIMIT = { milliseconds: 30_000, every: 500 };

const rules: Rules = {
  name: { change: "replace" },
  labels: { change: "replace", nested: { label: { change: "replace" }, value: { change: "replace" } } },
  driver: { change: "replace" },
  driver_opts: { change: "replace" },
};

/**
 * `docker_volume`: a named volume. Creating one that exists adopts it, as the engine
 * does; deleting one that a container still uses is tried for 30 s.
 */
export const dockerVolume: Resource = {
  rules,
  hasTimeouts: false,
  canImport: true,

  async create(planned, world) {
    const view = new View(planned);
    const created: unknown = await world.docker.createVolume({
      ...(view.text("name") === "" ? {} : { Name: view.text("name") }),
      ...(view.text("driver") === "" ? {} : { Driver: view.text("driver") }),
      Labels: view.labels("labels"),
      DriverOpts: view.map("driver_opts"),
    });
    // The client's types promise the engine's answer; what it returns is a handle.
    const id = (created as Docker.Volume).name;
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
    const isGone = await poll(() => removed(id, world), { ...IN_USE_LIMIT, stop: world.stop });
    if (isGone === undefined) {
      throw new Problem(
        `docker_volume ${id}: got a volume that a container still uses after 30 s, expected one that is free. ` +
          "Fix: remove the container, or keep the volume.",
      );
    }
  },
};

async function read(id: string, world: World): Promise<Attributes | undefined> {
  const volume = await ifFound(world.docker.getVolume(id).inspect());
  return (
    volume && {
      id,
      name: volume.Name,
      labels: labelBlocks(volume.Labels),
      driver: volume.Driver,
      driver_opts: volume.Options ?? {},
      mountpoint: volume.Mountpoint,
    }
  );
}

async function removed(id: string, world: World): Promise<true | undefined> {
  try {
    await world.docker.getVolume(id).remove({ force: true });
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) {
      return true;
    }
    if (engineMessage(error).toLowerCase().includes("volume is in use")) {
      return undefined;
    }
    throw error;
  }
}
