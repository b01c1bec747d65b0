import type Docker from "dockerode";
import type { RedisServerProps } from "../core/redis-stack-props";
import { isNotFound } from "./docker-engine";

/** The server of a stack, as far as its image is concerned. */
export type ImageOf = Pick<RedisServerProps, "containerName" | "image">;

/**
 * Image to work with on the data of a stack: that of its container, which the engine has, else the configured one. So an
 * engine that is written in a service's file and not deployed yet is in nobody's way.
 */
export async function engineImage(docker: Docker, { containerName, image }: ImageOf): Promise<string> {
  try {
    return (await docker.getContainer(containerName).inspect()).Config.Image;
  } catch (error) {
    if (isNotFound(error)) {
      return image;
    }
    throw error;
  }
}
