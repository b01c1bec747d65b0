import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import tar from "tar-stream";
import { isNotFound } from "./docker-engine";

/** A file in a volume. */
export interface VolumeFile {
  readonly name: string;
  readonly content: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

const MOUNT = "/run/secrets";

/**
 * An image with nothing in it, made on the engine: a container that is never started needs no more. So no
 * registry has to answer before a secret can be written.
 */
const EMPTY_IMAGE = { repo: "redis-ops/empty", tag: "1" } as const;

/**
 * The files at the top of a Docker volume; undefined when there is no such volume.
 *
 * Through a container that is created, never started, and removed: the content passes through the engine's
 * API and is on no command line, in no environment and in no log. Works the same on a remote engine.
 */
export async function readVolume(docker: Docker, volume: string): Promise<readonly VolumeFile[] | undefined> {
  try {
    await docker.getVolume(volume).inspect();
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
  return withVolume(docker, volume, async (container) => {
    const files: VolumeFile[] = [];
    const extract = tar.extract();
    const received = pipeline(await container.getArchive({ path: MOUNT }), extract);
    for await (const entry of extract) {
      const content = await text(Readable.from(entry));
      const { name, type, uid = 0, gid = 0, mode = 0 } = entry.header;
      if (type === "file") {
        files.push({ name: name.slice(name.indexOf("/") + 1), content, uid, gid, mode: mode & 0o777 });
      }
    }
    await received;
    return files;
  });
}

/** Writes files into a volume, which is made when it is not there. Files of other names stay. */
export async function writeVolume(
  docker: Docker,
  volume: string,
  files: readonly VolumeFile[],
): Promise<void> {
  await withVolume(docker, volume, async (container) => {
    const pack = tar.pack();
    for (const { content, ...header } of files) {
      pack.entry({ ...header, mtime: new Date() }, content);
    }
    pack.finalize();
    await container.putArchive(Readable.from(pack), { path: MOUNT });
  });
}

async function withVolume<T>(
  docker: Docker,
  volume: string,
  use: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await docker.createContainer({
    name: `redis-ops-${randomUUID()}`,
    Image: await emptyImage(docker),
    Cmd: ["none"],
    NetworkDisabled: true,
    HostConfig: { Binds: [`${volume}:${MOUNT}`], NetworkMode: "none" },
  });
  try {
    return await use(container);
  } finally {
    await container.remove({ force: true });
  }
}

async function emptyImage(docker: Docker): Promise<string> {
  const name = `${EMPTY_IMAGE.repo}:${EMPTY_IMAGE.tag}`;
  try {
    await docker.getImage(name).inspect();
  } catch (error) {
    if (!isNotFound(error)) {
      throw error;
    }
    const nothing = tar.pack();
    nothing.finalize();
    await text(await docker.importImage(Readable.from(nothing), { ...EMPTY_IMAGE }));
  }
  return name;
}
