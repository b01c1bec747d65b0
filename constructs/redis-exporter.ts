import type { Container } from "@cdktf/provider-docker/lib/container";
import type { Network } from "@cdktf/provider-docker/lib/network";
import type { Volume } from "@cdktf/provider-docker/lib/volume";
import { Construct } from "constructs";
import { Duration } from "../core/duration";
import { REDIS_PORT } from "../core/healthcheck-command";
import { EXPORTER_PORT } from "../core/metrics-ports";
import { EXPORTER_PASSWORD_FILE } from "../core/redis-conf";
import type { RedisExporterProps as ExporterValues } from "../core/redis-stack-props";
import { Size } from "../core/size";
import { hardenedContainer } from "./hardened-container";
import type { RedisServer } from "./redis-server";

export interface RedisExporterProps {
  readonly values: ExporterValues;
  readonly server: RedisServer;
  /** The network that the server is in. */
  readonly network: Network;
  /** A network of its own that the port is published on, since nothing can be published on an internal one. */
  readonly metricsNetwork: Network;
  /** Required where the server asks for a password. */
  readonly secretsVolume?: Volume;
  readonly ownerLabels: Readonly<Record<string, string>>;
}

/** The user of the official image, which holds nothing but the exporter. */
const EXPORTER_USER = "59000:59000";

/**
 * How long the exporter waits for an answer of Redis, or of its name. Its default of 15 s is longer than Prometheus waits for
 * the exporter, 10 s: of a server that hangs one would hear that there is no exporter. Redis itself may wait 2 s for a slow
 * disk (`appendfsync everysec`).
 */
const CONNECTION_TIMEOUT = Duration.seconds(3);

/**
 * `redis_exporter` beside a server: reads it as a user who may see statistics and nothing else, and
 * answers Prometheus on the host's loopback address.
 */
export class RedisExporter extends Construct {
  /** The raw Terraform resource: an escape hatch for what has no property here. */
  readonly container: Container;

  constructor(scope: Construct, id: string, props: RedisExporterProps) {
    super(scope, id);
    const { values, server, network, metricsNetwork, secretsVolume } = props;
    this.container = hardenedContainer(this, "container", {
      name: values.containerName,
      image: values.image,
      user: EXPORTER_USER,
      env: environment(server.host, secretsVolume !== undefined),
      networksAdvanced: [{ name: network.id }, { name: metricsNetwork.id }],
      ...(secretsVolume === undefined
        ? {}
        : { volumes: [{ volumeName: secretsVolume.name, containerPath: "/run/secrets", readOnly: true }] }),
      ports: [{ internal: EXPORTER_PORT, external: values.hostPort, ip: values.hostAddress }],
      memoryLimit: Size.mebibytes(64),
      gracePeriod: Duration.seconds(10),
      ownerLabels: props.ownerLabels,
      logMaxSize: Size.mebibytes(10),
      logMaxFiles: 3,
      dependsOn: [server.container],
    });
  }
}

/**
 * With a password, CONFIG is not asked for at all (`-`): it is renamed, and CONFIG GET would show
 * `requirepass` in clear text to whoever may call it.
 */
function environment(host: string, hasPassword: boolean): string[] {
  return [
    `REDIS_ADDR=redis://${host}:${REDIS_PORT}`,
    `REDIS_EXPORTER_CONNECTION_TIMEOUT=${CONNECTION_TIMEOUT.toSeconds()}s`,
    ...(hasPassword
      ? [
          "REDIS_EXPORTER_CONFIG_COMMAND=-",
          `REDIS_PASSWORD_FILE=/run/secrets/${EXPORTER_PASSWORD_FILE}`,
          "REDIS_USER=exporter",
        ]
      : []),
  ];
}
