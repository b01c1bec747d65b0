import { parse, stringify } from "yaml";
import { BACKUP_METRICS_PORT, EXPORTER_PORT } from "../../core/metrics-ports";
import { Prometheus } from "../../lab/dashboards/prometheus";
import { ruleFile } from "../../monitoring/alert-rules";
import { prometheusConfig } from "../../monitoring/scrape-config";
import { fasterRules } from "./faster-rules";
import { recreateContainer } from "./recreate-container";
import type { Scratch } from "./scratch";
import type { TestStack } from "./test-stack";

/** In seconds of the product's time: fewer in the shortest window than it has, but so many that one that is late does no harm. */
const EVERY_S = 60;

/** A Prometheus for some stacks, with the product's configuration and rules, so many times as fast. */
export function fasterPrometheus(
  { docker, prefix }: Scratch,
  stacks: readonly TestStack[],
  times: number,
): Promise<Prometheus> {
  const every = `${(EVERY_S / times) * 1000}ms`;
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
    config: stringify({ ...parse(config), global: { scrape_interval: every, evaluation_interval: every } }),
    rules: fasterRules(ruleFile(stacks.map(({ resolved }) => resolved)), times),
  });
}

/**
 * An exporter that waits for Redis half as long as such a Prometheus waits for it: where the name of a stopped server is looked
 * for in vain, that takes until the exporter gives up.
 */
export async function fasterExporter(
  { docker, props: { exporter } }: TestStack,
  times: number,
): Promise<void> {
  const limit = `REDIS_EXPORTER_CONNECTION_TIMEOUT=${(EVERY_S / times) * 500}ms`;
  await recreateContainer(docker, exporter?.containerName ?? "", ({ Env }) => ({
    Env: Env.map((entry) => (entry.startsWith("REDIS_EXPORTER_CONNECTION_TIMEOUT=") ? limit : entry)),
  }));
}
