import { createHash } from "node:crypto";
import type { Container } from "@cdktf/provider-docker/lib/container";
import type { Network } from "@cdktf/provider-docker/lib/network";
import type { Volume } from "@cdktf/provider-docker/lib/volume";
import { Construct } from "constructs";
import { Duration } from "../core/duration";
import { REDIS_PORT } from "../core/healthcheck-command";
import { Problems } from "../core/problem";
import { renderRedisConf } from "../core/redis-conf";
import type { RedisServerProps as ServerValues } from "../core/redis-stack-props";
import { hardenedContainer } from "./hardened-container";
import { terraformLiteral } from "./terraform-literal";
import { withoutComments } from "./without-comments";

export interface RedisServerProps {
  readonly values: ServerValues;
  /** Text of `redis.conf.tpl`. */
  readonly template: string;
  /** Text of `redis-start.sh`. */
  readonly startScript: string;
  readonly network: Network;
  readonly dataVolume: Volume;
  /** Required where `values.auth` asks for a password. */
  readonly secretsVolume?: Volume;
  /** Whether the server gets the user that a `RedisExporter` logs in as. */
  readonly hasExporter: boolean;
  readonly ownerLabels: Readonly<Record<string, string>>;
}

/** Owner of `/data` in the official image, Alpine and Debian alike. */
export const REDIS_USER = "999:1000";

/**
 * One Redis server in a container. The container can be replaced at any time: the data is in `dataVolume`,
 * and Redis gets `stopTimeout` to write it.
 *
 * The configuration travels in `command`, so that a plan shows a changed directive as one line.
 * @throws InvalidInputError when template and values do not fit
 */
export class RedisServer extends Construct {
  /** The raw Terraform resource: an escape hatch for what has no property here. */
  readonly container: Container;
  /** Host name on the network. */
  readonly host: string;
  /** SHA-256 of its redis.conf, with references in place of secrets. */
  readonly configuration: string;

  constructor(scope: Construct, id: string, props: RedisServerProps) {
    super(scope, id);
    const { values, network, dataVolume, secretsVolume, startScript } = props;
    const problems = new Problems();
    const redisConf = renderRedisConf(props.template, values, props.hasExporter, problems);
    problems.throwIfAny();

    this.host = values.containerName;
    this.configuration = createHash("sha256").update(redisConf).digest("hex");
    this.container = hardenedContainer(this, "container", {
      name: values.containerName,
      image: values.image,
      command: [
        "sh",
        "-c",
        terraformLiteral(withoutComments(startScript)),
        "redis-start",
        terraformLiteral(redisConf),
      ],
      user: REDIS_USER,
      tmpfs: { "/usr/local/etc/redis": "rw,noexec,nosuid,size=1m,mode=0700,uid=999,gid=1000" },
      networksAdvanced: [{ name: network.id, aliases: [...values.aliases] }],
      volumes: [
        { volumeName: dataVolume.name, containerPath: "/data" },
        ...(secretsVolume === undefined
          ? []
          : [{ volumeName: secretsVolume.name, containerPath: "/run/secrets", readOnly: true }]),
      ],
      ...(values.hostPort === undefined
        ? {}
        : { ports: [{ internal: REDIS_PORT, external: values.hostPort, ip: values.hostAddress }] }),
      ...(values.cpus === undefined ? {} : { cpus: values.cpus.toFixed(1) }),
      ...(values.cpuShares === undefined ? {} : { cpuShares: values.cpuShares }),
      restart: values.restart,
      healthcheck: {
        test: ["CMD-SHELL", values.healthcheck.command],
        interval: values.healthcheck.interval.toGo(),
        timeout: values.healthcheck.timeout.toGo(),
        retries: values.healthcheck.retries,
        startPeriod: values.healthcheck.startPeriod.toGo(),
      },
      wait: true,
      waitTimeout: timeToBecomeHealthy(values).toSeconds(),
      memoryLimit: values.memoryLimit,
      ...(values.memoryReservation === undefined ? {} : { memoryReservation: values.memoryReservation }),
      gracePeriod: values.stopTimeout,
      ownerLabels: props.ownerLabels,
      logMaxSize: values.logMaxSize,
      logMaxFiles: values.logMaxFiles,
    });
  }
}

/** Longest time in which a healthy start may still be called one, and 30 s for the image to be pulled. */
function timeToBecomeHealthy({ healthcheck: { startPeriod, interval, retries } }: ServerValues): Duration {
  return Duration.seconds(startPeriod.toSeconds() + interval.toSeconds() * (retries + 1) + 30);
}
