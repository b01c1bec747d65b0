import { readFileSync } from "node:fs";
import type Docker from "dockerode";
import type Redis from "ioredis";
import { type DemonstratedStack, STACKS } from "./demonstrated-stacks";
import { Prometheus } from "./prometheus";
import { connect, Traffic } from "./traffic";

const IMAGES = {
  redis: "redis-on-docker-lab/redis:7.0.15",
  exporter: "redis-on-docker-lab/redis_exporter:distribution",
};

/** Files of the product, which are run and not imported. */
export interface DemonstrationFiles {
  /** Rules of the stacks that are shown. */
  readonly rules: string;
  /** The script of the container that makes backups. */
  readonly backupScript: string;
}

/** Some servers with their exporters and backups, their traffic, and a Prometheus that looks at them. */
export class Demonstration {
  private readonly containers: string[] = [];
  private traffic: readonly Traffic[] = [];

  private constructor(
    private readonly docker: Docker,
    private readonly name: string,
    private readonly files: DemonstrationFiles,
  ) {}

  /** `name` is the start of all that is made in Docker; `stop` removes it. */
  static async start(docker: Docker, name: string, files: DemonstrationFiles) {
    const demonstration = new Demonstration(docker, name, files);
    try {
      return { demonstration, prometheus: await demonstration.run() };
    } catch (error) {
      await demonstration.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.traffic.map((traffic) => traffic.stop()));
    for (const container of this.containers) {
      await this.docker
        .getContainer(container)
        .remove({ force: true, v: true })
        .catch(() => undefined);
    }
    await this.docker
      .getNetwork(this.name)
      .remove()
      .catch(() => undefined);
  }

  private async run(): Promise<Prometheus> {
    await this.docker.createNetwork({ Name: this.name });
    const connections = await Promise.all(STACKS.map((stack) => this.startStack(stack)));
    this.traffic = STACKS.map((stack, index) => new Traffic(stack, connections[index] as () => Redis));
    this.containers.push(`${this.name}-prometheus`);
    return Prometheus.start(this.docker, {
      name: `${this.name}-prometheus`,
      networks: [this.name],
      config: prometheusConfig(this.name),
      rules: this.files.rules,
    });
  }

  /** Returns what opens a connection to it. */
  private async startStack(stack: DemonstratedStack): Promise<() => Redis> {
    const host = `${this.name}-${stack.id}`;
    await this.startContainer(host, IMAGES.redis, {
      Cmd: ["redis-server", "--protected-mode", "no", ...stack.directives],
      ExposedPorts: { "6379/tcp": {} },
      HostConfig: {
        NetworkMode: this.name,
        PortBindings: { "6379/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
      },
    });
    await this.startContainer(`${host}-exporter`, IMAGES.exporter, {
      Env: [`REDIS_ADDR=redis://${host}:6379`],
      HostConfig: { NetworkMode: this.name },
    });
    const script = readFileSync(this.files.backupScript, "utf8");
    const [every, keepLast, keepFor, leaveFree] = ["60", "5", "0", "1048576"];
    await this.startContainer(`${host}-backup`, IMAGES.redis, {
      Entrypoint: ["sh", "-c", script, "redis-backup"],
      Cmd: [host, stack.id, every, keepLast, keepFor, leaveFree, "7.0.15", "0".repeat(64), "9122"],
      HostConfig: { NetworkMode: this.name },
    });
    const { NetworkSettings } = await this.docker.getContainer(host).inspect();
    const port = Number(NetworkSettings.Ports["6379/tcp"]?.[0]?.HostPort);
    return () => connect(port);
  }

  private async startContainer(
    name: string,
    image: string,
    options: Docker.ContainerCreateOptions,
  ): Promise<void> {
    this.containers.push(name);
    await (await this.docker.createContainer({ name, Image: image, ...options })).start();
  }
}

function prometheusConfig(prefix: string): string {
  const job = (name: string, host: (id: string) => string) => ({
    job_name: name,
    honor_labels: true,
    static_configs: STACKS.map(({ id, service, environment }) => ({
      targets: [host(`${prefix}-${id}`)],
      labels: { stack: id, service, environment },
    })),
  });
  return JSON.stringify({
    global: { scrape_interval: "5s", evaluation_interval: "5s" },
    rule_files: ["/etc/prometheus/rules.yml"],
    scrape_configs: [
      job("redis", (host) => `${host}-exporter:9121`),
      job("redis-backup", (host) => `${host}-backup:9122`),
    ],
  });
}
