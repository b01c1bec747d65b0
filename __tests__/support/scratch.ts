import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { type RunningProvider, startProvider } from "../../lab/provider/start-provider";
import { dockerEngine, isNotFound } from "../../ops/docker-engine";

/** The engine of `config/engines.ts` that the lab builds on any Debian or Ubuntu, and its images. */
export const LAB_ENGINE = "debian-7.0.15";
export const LAB_IMAGE = "redis-on-docker-lab/redis:7.0.15";

const LAB = join(__dirname, "..", "..", "lab");

/**
 * What one test file may make, and nothing else: everything in Docker has a name that starts with `prefix`,
 * every file lies under `folder`, and every port was free. `remove` takes all of it away again.
 */
export class Scratch {
  private constructor(
    readonly prefix: string,
    readonly folder: string,
    readonly docker: Docker,
    readonly provider: RunningProvider,
  ) {}

  static async create(): Promise<Scratch> {
    const run = promisify(execFile);
    await run(join(LAB, "image", "build-redis.sh"));
    await run(join(LAB, "image", "build-exporter.sh"));
    await run(join(LAB, "image", "build-prometheus.sh"));
    return new Scratch(
      `rt-${randomBytes(4).toString("hex")}`,
      await mkdtemp(join(tmpdir(), "redis-on-docker-test-")),
      dockerEngine({}),
      await startProvider({ note: () => undefined }),
    );
  }

  /** Also after a failure, and in spite of `prevent_destroy`, which is Terraform's and not Docker's. */
  async remove(): Promise<void> {
    try {
      await this.removeFromEngine();
    } finally {
      await this.provider.stop();
      await rm(this.folder, { recursive: true, force: true });
    }
  }

  /** Containers, networks and volumes of this test file that the engine has. */
  async inEngine(): Promise<readonly string[]> {
    const { containers, networks, volumes } = await this.list();
    return [
      ...containers.map(({ Names }) => `container ${(Names[0] ?? "").slice(1)}`),
      ...networks.map(({ Name }) => `network ${Name}`),
      ...volumes.map(({ Name }) => `volume ${Name}`),
    ].sort();
  }

  private async removeFromEngine(): Promise<void> {
    const { containers, networks, volumes } = await this.list();
    const users = (await Promise.all(volumes.map(({ Name }) => this.usersOf(Name)))).flat();
    const ids = new Set([...containers, ...users].map(({ Id }) => Id));
    const removals = [
      () => [...ids].map((id) => this.docker.getContainer(id).remove({ force: true, v: true })),
      () => networks.map(({ Id }) => this.docker.getNetwork(Id).remove()),
      () => volumes.map(({ Name }) => this.docker.getVolume(Name).remove()),
    ];
    for (const removal of removals) {
      await Promise.all(removal().map((removed) => removed.catch(unlessNotFound)));
    }
  }

  private async list() {
    const filters = { name: [this.prefix] };
    const [containers, networks, { Volumes }] = await Promise.all([
      this.docker.listContainers({ all: true, filters }),
      this.docker.listNetworks({ filters }),
      this.docker.listVolumes({ filters }),
    ]);
    return { containers, networks, volumes: Volumes ?? [] };
  }

  /** Containers that `redis-ops` makes for a moment to reach a volume have names of their own. */
  private async usersOf(volume: string) {
    return this.docker.listContainers({ all: true, filters: { volume: [volume] } });
  }
}

function unlessNotFound(error: unknown): void {
  if (!isNotFound(error)) {
    throw error;
  }
}
