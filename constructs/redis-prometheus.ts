import type { Container } from "@cdktf/provider-docker/lib/container";
import type { Network } from "@cdktf/provider-docker/lib/network";
import type { Volume } from "@cdktf/provider-docker/lib/volume";
import { Construct } from "constructs";
import { Duration } from "../core/duration";
import { BACKUP_METRICS_PORT, EXPORTER_PORT, PROMETHEUS_PORT } from "../core/metrics-ports";
import { PROMETHEUS_DISK_GIB, PROMETHEUS_MEMORY } from "../core/prometheus-limits";
import type { RedisPrometheusProps as PrometheusValues, RedisStackProps } from "../core/redis-stack-props";
import { Size } from "../core/size";
import { ruleFile } from "../monitoring/alert-rules";
import { prometheusConfig } from "../monitoring/scrape-config";
import { hardenedContainer } from "./hardened-container";
import { terraformLiteral } from "./terraform-literal";

export interface RedisPrometheusProps {
  readonly values: PrometheusValues;
  /** Id of the stack: a label of every series. */
  readonly stack: string;
  /** What the rules follow from. */
  readonly stackValues: RedisStackProps;
  /** The network that the server is in, where the container that makes backups answers. */
  readonly network: Network;
  /** The network that the exporter answers on, and that the port is published on. */
  readonly metricsNetwork: Network;
  /** What it has measured. */
  readonly volume: Volume;
  readonly exporter: Container;
  readonly ownerLabels: Readonly<Record<string, string>>;
}

/** `nobody`, as in the official image. */
const PROMETHEUS_USER = "65534:65534";

/** Where its configuration is written to, in memory. */
const CONFIGURATION = "/etc/prometheus";

/** A script whose arguments are the configuration and the rules: without a shell there would be no way to bring files. */
function startScript(retention: Duration): string {
  return [
    "set -eu",
    `printf '%s' "$1" >${CONFIGURATION}/prometheus.yml`,
    `printf '%s' "$2" >${CONFIGURATION}/rules.yml`,
    [
      "exec prometheus",
      `--config.file=${CONFIGURATION}/prometheus.yml`,
      "--storage.tsdb.path=/prometheus",
      `--storage.tsdb.retention.time=${retention.toSeconds()}s`,
      `--storage.tsdb.retention.size=${PROMETHEUS_DISK_GIB}GB`,
      `--web.listen-address=0.0.0.0:${PROMETHEUS_PORT}`,
    ].join(" "),
  ].join("\n");
}

/**
 * A Prometheus beside a server, which reads its exporter and its backups and has the stack's rules loaded.
 *
 * Configuration and rules travel in `command`, so that a plan shows a changed threshold, and replaces this container and no
 * other. What was measured is in the volume.
 */
export class RedisPrometheus extends Construct {
  /** The raw Terraform resource: an escape hatch for what has no property here. */
  readonly container: Container;

  constructor(scope: Construct, id: string, props: RedisPrometheusProps) {
    super(scope, id);
    const { values, stack, stackValues, network, metricsNetwork, volume } = props;
    const looked = { id: stack, props: stackValues };
    const { schedule } = stackValues.backups;
    const configuration = prometheusConfig({
      scraped: [
        {
          stack: looked,
          targets: {
            redis: `${stackValues.exporter?.containerName}:${EXPORTER_PORT}`,
            ...(schedule === undefined
              ? {}
              : { redisBackup: `${schedule.containerName}:${BACKUP_METRICS_PORT}` }),
          },
        },
      ],
      ruleFile: `${CONFIGURATION}/rules.yml`,
      ...(values.alertmanager === undefined ? {} : { alertmanager: values.alertmanager }),
    });
    this.container = hardenedContainer(this, "container", {
      name: values.containerName,
      image: values.image,
      entrypoint: ["sh", "-c", startScript(values.retention), "redis-prometheus"],
      command: [terraformLiteral(configuration), terraformLiteral(ruleFile([looked]))],
      user: PROMETHEUS_USER,
      tmpfs: { [CONFIGURATION]: "rw,noexec,nosuid,size=1m,mode=0700,uid=65534,gid=65534" },
      networksAdvanced: [{ name: network.id }, { name: metricsNetwork.id }],
      volumes: [{ volumeName: volume.name, containerPath: "/prometheus" }],
      ports: [{ internal: PROMETHEUS_PORT, external: values.hostPort, ip: values.hostAddress }],
      healthcheck: {
        test: ["CMD-SHELL", `wget -q -O /dev/null http://127.0.0.1:${PROMETHEUS_PORT}/-/ready`],
        interval: Duration.seconds(30).toGo(),
        timeout: Duration.seconds(10).toGo(),
        retries: 3,
        startPeriod: Duration.seconds(120).toGo(),
      },
      memoryLimit: PROMETHEUS_MEMORY,
      gracePeriod: Duration.seconds(30),
      ownerLabels: props.ownerLabels,
      logMaxSize: Size.mebibytes(10),
      logMaxFiles: 3,
      dependsOn: [props.exporter],
    });
  }
}
