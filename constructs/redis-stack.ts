import { Network } from "@cdktf/provider-docker/lib/network";
import { TerraformOutput, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { REDIS_PORT } from "../core/healthcheck-command";
import { addressFromHost } from "../core/host-address";
import type { RedisStackProps as StackValues } from "../core/redis-stack-props";
import { addDockerProvider } from "./docker-provider";
import { protectedVolume } from "./protected-volume";
import { RedisBackup } from "./redis-backup";
import { RedisExporter } from "./redis-exporter";
import { RedisPrometheus } from "./redis-prometheus";
import { RedisServer } from "./redis-server";
import { addStateBackend } from "./state-backend";
import { terraformLiteral } from "./terraform-literal";

export interface RedisStackProps {
  readonly values: StackValues;
  /** Text of `redis.conf.tpl`. */
  readonly template: string;
  /** Text of `redis-start.sh`. */
  readonly startScript: string;
  /** Text of `redis-backup.sh`. */
  readonly backupScript: string;
}

/**
 * One Redis: server, data volume, network, and where wanted secrets, exporter, Prometheus and backups.
 *
 * Stateful. The Terraform addresses are fixed by name (`docker_volume.redis_data`, …), whatever
 * construct they stand in: a changed address would be planned as destroy and create.
 */
export class RedisStack extends TerraformStack {
  readonly server: RedisServer;
  readonly exporter?: RedisExporter;
  readonly prometheus?: RedisPrometheus;
  readonly backup?: RedisBackup;

  constructor(scope: Construct, id: string, props: RedisStackProps) {
    super(scope, id);
    const { values, template, startScript, backupScript } = props;
    const ownerLabels = { stack: id, ...values.labels };
    addDockerProvider(this, values.docker);
    addStateBackend(this, values.state);

    const network = new Network(this, "network", values.network);
    const dataVolume = protectedVolume(this, "redis_data", values.dataVolume);
    const secrets = (name: string, volume: string | undefined) =>
      volume === undefined
        ? {}
        : {
            secretsVolume: protectedVolume(this, name, {
              name: volume,
              protected: values.dataVolume.protected,
            }),
          };
    const { auth } = values.server;
    this.server = new RedisServer(this, "server", {
      values: values.server,
      template,
      startScript,
      network,
      dataVolume,
      ...secrets("redis_secrets", auth.mode === "none" ? undefined : auth.secretsVolume),
      hasExporter: values.exporter !== undefined,
      ownerLabels: { ...ownerLabels, ...waiverLabel(values), ...protectionLabel(values) },
    });
    this.server.container.overrideLogicalId("redis");

    if (values.exporter !== undefined) {
      const metricsNetwork = new Network(this, "metrics", { name: values.exporter.networkName });
      this.exporter = new RedisExporter(this, "exporter", {
        values: values.exporter,
        server: this.server,
        network,
        metricsNetwork,
        ...secrets("exporter_secrets", values.exporter.secretsVolume),
        ownerLabels,
      });
      this.exporter.container.overrideLogicalId("redis_exporter");
      if (values.prometheus !== undefined) {
        this.prometheus = new RedisPrometheus(this, "prometheus", {
          values: values.prometheus,
          stack: id,
          stackValues: values,
          network,
          metricsNetwork,
          // What was measured is of no worth without the stack, and `bin/down` takes it along.
          volume: protectedVolume(this, "redis_prometheus_data", {
            name: values.prometheus.volumeName,
            protected: false,
          }),
          exporter: this.exporter.container,
          ownerLabels,
        });
        this.prometheus.container.overrideLogicalId("redis_prometheus");
      }
    }
    const { schedule } = values.backups;
    if (schedule !== undefined) {
      this.backup = new RedisBackup(this, "backup", {
        values: schedule,
        stack: id,
        script: backupScript,
        server: this.server,
        serverValues: values.server,
        network,
        volume: protectedVolume(this, "redis_backups", {
          name: schedule.volumeName,
          protected: values.dataVolume.protected,
        }),
        ...secrets("backup_secrets", schedule.secretsVolume),
        ownerLabels,
      });
      this.backup.container.overrideLogicalId("redis_backup");
    }
    this.addOutputs(values);
  }

  private addOutputs({ server, network, dataVolume, exporter, prometheus, waivers }: StackValues): void {
    const [host, port] =
      server.hostPort === undefined
        ? [server.containerName, REDIS_PORT]
        : [server.hostAddress, server.hostPort];
    const address =
      server.hostPort === undefined
        ? `${server.containerName}:${REDIS_PORT}`
        : addressFromHost(server.hostAddress, server.hostPort);
    const outputs: Readonly<Record<string, unknown>> = {
      container_name: server.containerName,
      host,
      port,
      network_name: network.name,
      volume_name: dataVolume.name,
      url: `redis://${address}`,
      ...(exporter === undefined
        ? {}
        : { metrics_url: `http://${addressFromHost(exporter.hostAddress, exporter.hostPort)}/metrics` }),
      ...(prometheus === undefined
        ? {}
        : { prometheus_url: `http://${addressFromHost(prometheus.hostAddress, prometheus.hostPort)}` }),
      ...(waivers.length === 0
        ? {}
        : {
            waivers: byRule(waivers).map(({ rule, reason, expires }) => ({
              rule,
              reason: terraformLiteral(reason),
              expires,
            })),
          }),
    };
    for (const [name, value] of Object.entries(outputs)) {
      new TerraformOutput(this, name, { value });
    }
  }
}

/** Neither Terraform's state nor the engine knows it, and `redis-ops preflight` tells when the protection goes. */
function protectionLabel({ dataVolume }: StackValues): Readonly<Record<string, string>> {
  return dataVolume.protected ? { "data-volume": "protected" } : {};
}

/**
 * The gates that are waived. Neither why nor until when: a changed label replaces the container, and a waiver that is
 * given another month is no reason to restart.
 */
function waiverLabel({ waivers }: StackValues): Readonly<Record<string, string>> {
  return waivers.length === 0
    ? {}
    : {
        waivers: byRule(waivers)
          .map(({ rule }) => rule)
          .join(" "),
      };
}

function byRule(waivers: StackValues["waivers"]): StackValues["waivers"] {
  return [...waivers].sort((one, other) => (one.rule < other.rule ? -1 : 1));
}
