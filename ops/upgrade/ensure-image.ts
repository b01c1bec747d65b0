import type Docker from "dockerode";
import { InvalidInputError } from "../../core/problem";
import { isNotFound } from "../docker-engine";
import type { NamedEngine } from "../engine-of";
import type { Terminal } from "../terminal";

/**
 * Pulls the image of an engine that comes from a registry, where the Docker engine does not have it.
 * @throws InvalidInputError when there is no image afterwards
 */
export async function ensureImage(
  docker: Docker,
  { name, image, fromRegistry }: NamedEngine,
  terminal: Terminal,
) {
  let reason = "is built on the machine, and was not yet";
  try {
    await docker.getImage(image).inspect();
    return;
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
  }
  if (fromRegistry) {
    terminal.err(`pulling ${image}`);
    try {
      const progress = await docker.pull(image);
      await new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(progress, (error) => (error === null ? resolve() : reject(error)));
      });
      return;
    } catch (error) {
      reason = `cannot be pulled: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  throw new InvalidInputError([
    {
      field: "--to",
      got: `"${name}", whose image ${image} ${reason}`,
      expected: "an image that the Docker engine has or can get",
      fix: fromRegistry ? `docker pull ${image} says why` : `bin/lab up --engine-image ${image}`,
    },
  ]);
}
