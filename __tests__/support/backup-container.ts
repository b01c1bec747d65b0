import type Docker from "dockerode";
import { BACKUP_METRICS_PORT } from "../../core/metrics-ports";
import { exec } from "../../ops/docker-engine";
import { logsOf } from "./container-logs";
import { eventually } from "./eventually";
import { LAB_IMAGE, type Scratch } from "./scratch";
import { backupScript } from "./stack-fixtures";

/** What redis-backup.sh is told, and where it runs. */
export interface BackupContainerOptions {
  readonly host: string;
  readonly network: string;
  readonly secretsVolume?: string;
  /** Name of the volume that the backups go to. */
  readonly volume?: string;
  /** Options of a disk in memory, in place of a volume. */
  readonly tmpfs?: string;
  readonly every?: number;
  readonly keepLast?: number;
  readonly keepFor?: number;
  readonly leaveFree?: number;
  /** Shell that runs before the script. */
  readonly before?: string;
}

const STACK = "shop-prod";
const FOLDER = `/data/${STACK}`;

/** The product's script in a container like the product's, with intervals that a test can wait for. */
export class BackupContainer {
  private constructor(readonly container: Docker.Container) {}

  static async start(
    { docker, prefix }: Scratch,
    name: string,
    options: BackupContainerOptions,
  ): Promise<BackupContainer> {
    const { host, network, secretsVolume, volume, tmpfs, every = 2 } = options;
    const { keepLast = 3, keepFor = 0, leaveFree = 0, before = "" } = options;
    const container = await docker.createContainer({
      name: `${prefix}-${name}`,
      Image: LAB_IMAGE,
      Cmd: [
        ...[
          "sh",
          "-c",
          `${before}\n${backupScript}`,
          "redis-backup",
          host,
          STACK,
          `${every}`,
          `${keepLast}`,
          `${keepFor}`,
        ],
        ...[`${leaveFree}`, "7.0.15", "0".repeat(64), `${BACKUP_METRICS_PORT}`],
      ],
      User: "999:1000",
      HostConfig: {
        NetworkMode: network,
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        Memory: 64 * 1024 ** 2,
        Tmpfs: {
          "/tmp": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000",
          ...(tmpfs === undefined ? {} : { "/data": `rw,uid=999,gid=1000,${tmpfs}` }),
        },
        Binds: [
          ...(volume === undefined ? [] : [`${volume}:/data`]),
          ...(secretsVolume === undefined ? [] : [`${secretsVolume}:/run/secrets:ro`]),
        ],
      },
    });
    await container.start();
    return new BackupContainer(container);
  }

  async sh(script: string): Promise<string> {
    return (await exec(this.container, ["sh", "-c", script])).stdout.trim();
  }

  /** Ids of the backups, the oldest first. */
  async ids(): Promise<readonly string[]> {
    const names = await this.sh(`cd ${FOLDER} 2>/dev/null && ls *.json 2>/dev/null`);
    return names.split("\n").flatMap((name) => (name === "" ? [] : [name.replace(".json", "")]));
  }

  async names(): Promise<readonly string[]> {
    return (await this.sh(`ls ${FOLDER}`)).split("\n").filter((name) => name !== "");
  }

  manifest(id: string): Promise<string> {
    return this.sh(`cat ${FOLDER}/${id}.json`);
  }

  /** SHA-256 of the data as it lies there. */
  sum(id: string): Promise<string> {
    return this.sh(`sha256sum ${FOLDER}/${id}.rdb | cut -d " " -f 1`);
  }

  /** The value of a metric, of the stack or of a reason. */
  async metric(name: string, reason?: string): Promise<number> {
    const labels = reason === undefined ? `stack="${STACK}"` : `stack="${STACK}",reason="${reason}"`;
    const text = await this.sh(`cat ${FOLDER}/redis_backup.prom`);
    const line = text.split("\n").find((one) => one.startsWith(`${name}{${labels}} `));
    return Number(line?.split(" ").at(-1));
  }

  /** Waits for so many backups at least; returns their ids. */
  hasMade(count: number): Promise<readonly string[]> {
    return eventually(
      () => this.ids(),
      (ids) => ids.length >= count,
    );
  }

  /** Waits for a line in the log that matches. */
  async says(line: RegExp): Promise<string> {
    return eventually(
      async () => Object.values(await logsOf(this.container)).join("\n"),
      (log) => line.test(log),
    );
  }
}
