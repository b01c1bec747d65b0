import type { Container } from "@cdktf/provider-docker/lib/container";
import type { Network } from "@cdktf/provider-docker/lib/network";
import type { Volume } from "@cdktf/provider-docker/lib/volume";
import { Construct } from "constructs";
import { Duration } from "../core/duration";
import { BACKUP_METRICS_PORT } from "../core/metrics-ports";
import type { BackupScheduleProps, RedisServerProps as ServerValues } from "../core/redis-stack-props";
import { Size } from "../core/size";
import { hardenedContainer } from "./hardened-container";
import { REDIS_USER, type RedisServer } from "./redis-server";
import { terraformLiteral } from "./terraform-literal";
import { withoutComments } from "./without-comments";

export interface RedisBackupProps {
  readonly values: BackupScheduleProps;
  /** Id of the stack: the folder of its backups, and the label of its metrics. */
  readonly stack: string;
  /** Text of `redis-backup.sh`. */
  readonly script: string;
  readonly server: RedisServer;
  readonly serverValues: ServerValues;
  /** The network that the server is in. */
  readonly network: Network;
  /** Where the backups go. */
  readonly volume: Volume;
  /** Required where the server asks for a password. */
  readonly secretsVolume?: Volume;
  readonly ownerLabels: Readonly<Record<string, string>>;
}

/** Measured: 1 GB was streamed, checked and summed in a container of 64 MiB, of which 2.4 MB could not be given back; what is in the page cache is given back. */
const MEMORY_OF_PROGRAMS = Size.mebibytes(64);

/**
 * Time in which the first backup is made before anybody is told that there is none, and by which one may be late.
 * The longest pause after a failure is as long.
 */
const PATIENCE = Duration.seconds(600);

/**
 * Makes a backup of a server every so often, checks it, and removes the oldest: `redis-backup.sh`.
 *
 * The volume is mounted at `/data`, as in the server: in the image that directory belongs to Redis' user, so Docker
 * gives it a new volume that this user can write.
 */
export class RedisBackup extends Construct {
  /** The raw Terraform resource: an escape hatch for what has no property here. */
  readonly container: Container;

  constructor(scope: Construct, id: string, props: RedisBackupProps) {
    super(scope, id);
    const { values, stack, script, server, serverValues, network, volume, secretsVolume } = props;
    this.container = hardenedContainer(this, "container", {
      name: values.containerName,
      image: serverValues.image,
      command: [
        "sh",
        "-c",
        terraformLiteral(withoutComments(script)),
        "redis-backup",
        server.host,
        stack,
        `${values.every.toSeconds()}`,
        `${values.keepLast}`,
        `${values.keepFor.toSeconds()}`,
        // The server on the same disk rewrites its own file, which takes that much again.
        `${serverValues.maxmemory.toBytes()}`,
        serverValues.version,
        server.configuration,
        `${BACKUP_METRICS_PORT}`,
      ],
      user: REDIS_USER,
      tmpfs: { "/tmp": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
      networksAdvanced: [{ name: network.id }],
      volumes: [
        { volumeName: volume.name, containerPath: "/data" },
        ...(secretsVolume === undefined
          ? []
          : [{ volumeName: secretsVolume.name, containerPath: "/run/secrets", readOnly: true }]),
      ],
      healthcheck: {
        test: ["CMD-SHELL", healthcheckCommand(values.every)],
        interval: Duration.seconds(60).toGo(),
        timeout: Duration.seconds(10).toGo(),
        retries: 3,
        startPeriod: PATIENCE.toGo(),
      },
      memoryLimit: memoryLimit(serverValues.maxmemory),
      gracePeriod: Duration.seconds(10),
      ownerLabels: props.ownerLabels,
      logMaxSize: Size.mebibytes(10),
      logMaxFiles: 3,
      dependsOn: [server.container],
    });
  }
}

/** redis-check-rdb holds one key at a time, and one key can be all the data. */
function memoryLimit(maxmemory: Size): Size {
  const mebibyte = 1024 ** 2;
  return Size.mebibytes(MEMORY_OF_PROGRAMS.toMebibytes() + Math.ceil(maxmemory.toBytes() / mebibyte));
}

/** Healthy while a backup was finished within two intervals and some patience. */
function healthcheckCommand(every: Duration): string {
  const minutes = Math.ceil((2 * every.toSeconds() + PATIENCE.toSeconds()) / 60);
  return `find /data -name '*Z-????.json' -mmin -${minutes} | grep -q .`;
}
