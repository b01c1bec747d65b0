import { join } from "node:path";
import type { ResolvedStack } from "../../config/resolve-stack";
import { addressFromHost, isLoopback } from "../../core/host-address";
import { ruleFile } from "../../monitoring/alert-rules";
import { alertmanagerConfig } from "../../monitoring/alertmanager";
import { dashboards } from "../../monitoring/dashboards";
import { scrapeConfig } from "../../monitoring/scrape-config";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";
import { writeFiles } from "../write-files";

/** What a Prometheus outside of the stacks is given: name of the file, and its text from the stacks. */
const FILES = {
  "redis-rules.yml": rulesText,
  "redis-scrape-config.yml": scrapeConfigText,
  "alertmanager.yml": alertmanagerText,
} as const;

export type MonitoringFile = keyof typeof FILES;

/** Links to a folder of the repository lead nowhere in an Alertmanager. */
function tellDeadLinks(stacks: readonly ResolvedStack[], terminal: Terminal): void {
  const folders = new Map(
    stacks
      .filter(({ props }) => !/^https?:\/\//.test(props.runbooks))
      .map(({ environment, props }) => [environment.name, props.runbooks]),
  );
  for (const [environment, folder] of folders) {
    terminal.err(
      `runbook_url of ${environment} is ${folder}/…, a folder: a dead link in an Alertmanager. ` +
        `Next: publish docs/runbooks, and write its address as runbooks in config/environments/${environment}.ts`,
    );
  }
}

/** `redis-ops monitoring rules`, `scrape-config` and `alertmanager`: print one of the files. Read only. */
export function monitoringPrint(
  file: MonitoringFile,
  stacks: readonly ResolvedStack[],
  terminal: Terminal,
): ExitCode {
  terminal.out(FILES[file](stacks).trimEnd());
  if (file === "redis-rules.yml") {
    tellDeadLinks(stacks, terminal);
  }
  return ExitCode.ok;
}

/** `redis-ops monitoring dashboards`: a JSON list of what Grafana imports, one model for each dashboard. Read only. */
export function monitoringDashboards(stacks: readonly ResolvedStack[], terminal: Terminal): ExitCode {
  terminal.out(json(dashboards(stacks).map((dashboard): unknown => JSON.parse(dashboard.json))));
  return ExitCode.ok;
}

/**
 * `redis-ops monitoring write`: all of them, and a file for each dashboard, each whole or not at all. What has the same bytes
 * already stays as it is. Exit code 1: the system refused when some of them were written.
 * @throws InvalidInputError when the folder cannot be made or written to, or something else than a file has a file's name
 */
export function monitoringWrite(
  folder: string,
  stacks: readonly ResolvedStack[],
  terminal: Terminal,
): ExitCode {
  const texts = new Map<string, string>([
    ...Object.entries(FILES).map(([name, text]) => [join(folder, name), text(stacks)] as const),
    ...dashboards(stacks).map(({ fileName, json }) => [join(folder, "dashboards", fileName), json] as const),
  ]);
  const code = writeFiles(folder, texts, terminal);
  if (code === ExitCode.ok) {
    tellDeadLinks(stacks, terminal);
    terminal.err(
      `Next: name ${join(folder, "redis-rules.yml")} in rule_files of prometheus.yml, put redis-scrape-config.yml into ` +
        "its scrape_configs, then promtool check config prometheus.yml; the rest is in docs/monitoring.md",
    );
  }
  return code;
}

function rulesText(stacks: readonly ResolvedStack[]): string {
  return `# Made by: bin/redis-ops monitoring rules. Every series needs the label stack: see monitoring scrape-config.\n${ruleFile(stacks)}`;
}

function alertmanagerText(stacks: readonly ResolvedStack[]): string {
  return (
    "# Made by: bin/redis-ops monitoring alertmanager. Give each receiver the way to whom its comment names, e.g.\n" +
    "#   slack_configs: [{ api_url_file: /etc/alertmanager/slack-url, channel: '#redis' }]\n" +
    "# Secrets stay in files that only Alertmanager reads.\n" +
    alertmanagerConfig(stacks)
  );
}

function scrapeConfigText(stacks: readonly ResolvedStack[]): string {
  const scraped = stacks.flatMap((stack) => {
    const { exporter } = stack.props;
    return exporter === undefined
      ? []
      : [{ stack, targets: { redis: addressFromHost(exporter.hostAddress, exporter.hostPort) } }];
  });
  const local = scraped.filter(({ stack }) => isLoopback(stack.props.exporter?.hostAddress ?? ""));
  return [
    "# Made by: bin/redis-ops monitoring scrape-config. For scrape_configs of prometheus.yml.",
    ...(local.length === 0
      ? []
      : [
          `# Reached from the Docker host alone: ${local.map(({ stack }) => stack.id).join(", ")}.`,
          "# For a Prometheus elsewhere: give the exporter a hostAddress in the service's file, or forward its port.",
        ]),
    ...backupNotes(stacks),
    scrapeConfig(scraped),
  ].join("\n");
}

/** The containers that make backups publish no port. */
function backupNotes(stacks: readonly ResolvedStack[]): readonly string[] {
  const copies = stacks.flatMap(({ id, props: { backups } }) => {
    const { schedule } = backups;
    return schedule === undefined
      ? []
      : [
          `#   docker cp ${schedule.containerName}:/data/${id}/redis_backup.prom $DIR/${id}.new && mv $DIR/${id}.new $DIR/${id}.prom`,
        ];
  });
  return copies.length === 0
    ? []
    : [
        "# Metrics of backups come through node_exporter (--collector.textfile.directory=$DIR) on the Docker host. Each minute:",
        ...copies,
      ];
}
