import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ResolvedStack } from "../../config/resolve-stack";
import { addressFromHost, isLoopback } from "../../core/host-address";
import { InvalidInputError } from "../../core/problem";
import { ruleFile } from "../../monitoring/alert-rules";
import { alertmanagerConfig } from "../../monitoring/alertmanager";
import { dashboards } from "../../monitoring/dashboards";
import { scrapeConfig } from "../../monitoring/scrape-config";
import { ExitCode } from "../exit-code";
import { json, type Terminal } from "../terminal";

/** What a Prometheus outside of the stacks is given: name of the file, and its text from the stacks. */
const FILES = {
  "redis-rules.yml": rulesText,
  "redis-scrape-config.yml": scrapeConfigText,
  "alertmanager.yml": alertmanagerText,
} as const;

export type MonitoringFile = keyof typeof FILES;

/** `redis-ops monitoring rules`, `scrape-config` and `alertmanager`: print one of the files. Read only. */
export function monitoringPrint(
  file: MonitoringFile,
  stacks: readonly ResolvedStack[],
  terminal: Terminal,
): ExitCode {
  terminal.out(FILES[file](stacks).trimEnd());
  return ExitCode.ok;
}

/** `redis-ops monitoring dashboards`: a JSON list of what Grafana imports, one model for each dashboard. Read only. */
export function monitoringDashboards(stacks: readonly ResolvedStack[], terminal: Terminal): ExitCode {
  terminal.out(json(dashboards(stacks).map((dashboard): unknown => JSON.parse(dashboard.json))));
  return ExitCode.ok;
}

/**
 * `redis-ops monitoring write`: all of them, and a file for each dashboard. What has the same bytes already stays as it is.
 * @throws InvalidInputError when the folder cannot be made or written to
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
  prepare([...new Set([...texts.keys()].map((path) => dirname(path)))]);
  for (const [path, text] of texts) {
    const isSame = existsSync(path) && readFileSync(path, "utf8") === text;
    if (!isSame) {
      writeFileSync(path, text);
    }
    terminal.out(`${isSame ? "as it was" : "written"}: ${path}`);
  }
  return ExitCode.ok;
}

/** Makes the folders. Of what cannot be, everything is told at once. */
function prepare(folders: readonly string[]): void {
  const problems = folders.flatMap((folder) => {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return [];
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) {
        throw error;
      }
      return [
        {
          field: "folder",
          got: `${JSON.stringify(folder)}: ${code}`,
          expected: "a folder that can be made and written to",
          fix: "name another one, or change who may write there",
        },
      ];
    }
  });
  if (problems.length > 0) {
    throw new InvalidInputError(problems);
  }
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
