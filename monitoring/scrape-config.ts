import { stringify } from "yaml";
import { labelsOf, type MonitoredStack } from "./monitored-stack";

/** Where Prometheus reads the metrics of one stack: `host:port`. Left out: it does not. */
export interface ScrapeTargets {
  /** The exporter. */
  readonly redis?: string;
  /** The container that makes backups, which answers inside the service's network only. */
  readonly redisBackup?: string;
}

export interface ScrapedStack {
  readonly stack: MonitoredStack;
  readonly targets: ScrapeTargets;
}

/** The configuration of a Prometheus that looks at nothing else. */
export interface PrometheusConfig {
  readonly scraped: readonly ScrapedStack[];
  /** Path of the file of rules, as Prometheus sees it. */
  readonly ruleFile: string;
  /** `host:port` of an Alertmanager. Left out: alerts are shown and sent to nobody. */
  readonly alertmanager?: string;
}

/** As often as the exporter's own examples; the shortest window of the rules, 5 min, has 20 of them. */
const SCRAPE_INTERVAL = "15s";

/** The jobs `redis` and `redis-backup` of a `prometheus.yml`, as YAML. The same stacks give the same bytes. */
export function scrapeConfig(scraped: readonly ScrapedStack[]): string {
  return yaml({ scrape_configs: jobs(scraped) });
}

/** A whole `prometheus.yml`. */
export function prometheusConfig({ scraped, ruleFile, alertmanager }: PrometheusConfig): string {
  return yaml({
    global: { scrape_interval: SCRAPE_INTERVAL, evaluation_interval: SCRAPE_INTERVAL },
    rule_files: [ruleFile],
    ...(alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
    scrape_configs: jobs(scraped),
  });
}

function jobs(scraped: readonly ScrapedStack[]): readonly object[] {
  return [
    { job_name: "redis", static_configs: staticConfigs(scraped, "redis") },
    // The metrics of backups say their stack themselves; without this it would become `exported_stack`.
    { job_name: "redis-backup", honor_labels: true, static_configs: staticConfigs(scraped, "redisBackup") },
  ].filter(({ static_configs }) => static_configs.length > 0);
}

function staticConfigs(scraped: readonly ScrapedStack[], name: keyof ScrapeTargets): readonly object[] {
  return scraped.flatMap(({ stack, targets }) => {
    const target = targets[name];
    return target === undefined ? [] : [{ targets: [target], labels: labelsOf(stack) }];
  });
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
