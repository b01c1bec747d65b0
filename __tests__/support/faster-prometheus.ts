import { parse, stringify } from "yaml";
import { BACKUP_METRICS_PORT, EXPORTER_PORT } from "../../core/metrics-ports";
import { Prometheus } from "../../lab/dashboards/prometheus";
import { ruleFile } from "../../monitoring/alert-rules";
import { prometheusConfig } from "../../monitoring/scrape-config";
import { fasterRules } from "./faster-rules";
import type { Scratch } from "./scratch";
import type { TestStack } from "./test-stack";

/** Fewer in the shortest window than the product has, but so many that one that is late does no harm. */
const EVERY = "1s";

/** A Prometheus for some stacks, with the product's configuration and rules, so many times as fast. */
export function fasterPrometheus(
  { docker, prefix }: Scratch,
  stacks: readonly TestStack[],
  times: number,
): Promise<Prometheus> {
  const config = prometheusConfig({
    scraped: stacks.map(({ resolved, props: { exporter, backups } }) => ({
      stack: resolved,
      targets: {
        ...(exporter === undefined ? {} : { redis: `${exporter.containerName}:${EXPORTER_PORT}` }),
        ...(backups.schedule === undefined
          ? {}
          : { redisBackup: `${backups.schedule.containerName}:${BACKUP_METRICS_PORT}` }),
      },
    })),
    ruleFile: "/etc/prometheus/rules.yml",
  });
  const [first = "", ...others] = new Set(
    stacks.flatMap(({ props: { exporter, network } }) => [
      exporter?.networkName ?? network.name,
      network.name,
    ]),
  );
  return Prometheus.start(docker, {
    name: `${prefix}-prometheus`,
    networks: [first, ...others],
    config: stringify({ ...parse(config), global: { scrape_interval: EVERY, evaluation_interval: EVERY } }),
    rules: fasterRules(ruleFile(stacks.map(({ resolved }) => resolved)), times),
  });
}
