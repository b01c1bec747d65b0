import type Docker from "dockerode";
import { engineMessage, ifFound } from "./engine";
import { Problem } from "./problem";
import type { Resource, World } from "./resource";
import type { Rules } from "./rules";
import type { Attributes } from "./values";
import { View } from "./view";

const rules: Rules = {
  name: { change: "replace" },
  triggers: { change: "replace" },
  pull_triggers: { change: "replace" },
  keep_locally: { change: "state" },
  force_remove: { change: "state" },
};

/** `docker_image`: an image by name, found on the host or pulled. */
export const dockerImage: Resource = {
  rules,
  hasTimeouts: true,
  canImport: false,

  async create(planned, world) {
    return described(await findImage(new View(planned).text("name"), world), planned);
  },

  async read(state, world) {
    const image = await ifFound(world.docker.getImage(new View(state).text("name")).inspect());
    return image && described(image, state);
  },

  async update(_prior, planned, world) {
    return described(await findImage(new View(planned).text("name"), world), planned);
  },

  async delete(state, world) {
    const view = new View(state);
    if (!view.flag("keep_locally")) {
      await ifFound(world.docker.getImage(view.text("name")).remove({ force: view.flag("force_remove") }));
    }
  },
};

/** The image, from the host if it is there, else from its registry. */
export async function findImage(name: string, world: World): Promise<Docker.ImageInspectInfo> {
  const image = world.docker.getImage(name);
  const local = await ifFound(image.inspect());
  if (local !== undefined) {
    return local;
  }
  try {
    await pull(name, world);
    return await image.inspect();
  } catch (error) {
    throw new Problem(
      `image ${name}: got ${engineMessage(error)}, expected an image on the Docker host or in its registry. ` +
        "Fix: check the name, or build or load the image first.",
    );
  }
}

async function pull(name: string, world: World): Promise<void> {
  const progress = await world.docker.pull(name, { abortSignal: world.stop });
  await new Promise<void>((resolve, reject) => {
    world.docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
  });
}

function described(image: Docker.ImageInspectInfo, attributes: Attributes): Attributes {
  const name = new View(attributes).text("name");
  return {
    id: `${image.Id}${name}`,
    image_id: image.Id,
    repo_digest: repoDigest(name, image.RepoDigests ?? []),
  };
}

/** Of several digests the one of this name's repository. */
function repoDigest(name: string, digests: readonly string[]): string {
  const [repository = ""] = name.split(":");
  return digests.find((digest) => digest.startsWith(repository)) ?? digests[0] ?? "";
}
