import type { Command } from "commander";
import { loadStacks } from "../config/load-stacks";
import type { ResolvedStack } from "../config/resolve-stack";
import { InvalidInputError } from "../core/problem";
import { ruleGroups } from "../monitoring/alert-rules";
import { examples } from "./command-help";
import {
  type MonitoringFile,
  monitoringDashboards,
  monitoringPrint,
  monitoringWrite,
} from "./commands/monitoring";
import type { ExitCode } from "./exit-code";
import { loadNamedStacks, loadOptions } from "./load";
import type { Terminal } from "./terminal";

const WHICH = `
Without a stack: all that have an exporter or make backups. What the rules mean: docs/monitoring.md.`;

/** `redis-ops monitoring …`: what a Prometheus, an Alertmanager and a Grafana are given. */
export function addMonitoring(program: Command, terminal: Terminal, finish: (code: ExitCode) => void): void {
  const monitoring = program
    .command("monitoring")
    .description("alert rules, scrape configuration and dashboards, from each stack's thresholds");
  const print = (name: string, file: MonitoringFile, description: string) =>
    monitoring
      .command(`${name} [stacks...]`)
      .description(description)
      .addHelpText(
        "after",
        `${WHICH}\n${examples(`monitoring ${name} > ${file}`, `monitoring ${name} sentra-portal-prod`)}`,
      )
      .action((ids: string[]) => finish(monitoringPrint(file, monitored(ids), terminal)));
  print("rules", "redis-rules.yml", "print recording and alerting rules for Prometheus");
  print("scrape-config", "redis-scrape-config.yml", "print what your own Prometheus has to read, and how");
  print("alertmanager", "alertmanager.yml", "print an example of who is told what, by service and severity");
  monitoring
    .command("dashboards [stacks...]")
    .description("print what Grafana imports: a JSON list of dashboards")
    .addHelpText(
      "after",
      `${WHICH}\n${examples("monitoring dashboards > dashboards.json", "monitoring dashboards sentra-portal-prod")}`,
    )
    .action((ids: string[]) => finish(monitoringDashboards(monitored(ids), terminal)));
  monitoring
    .command("write <folder> [stacks...]")
    .description("write all of them to files; what is the same already stays as it is")
    .addHelpText(
      "after",
      `${WHICH}\n${examples("monitoring write /etc/prometheus/redis", "monitoring write ./monitoring.out sentra-portal-prod")}`,
    )
    .action((folder: string, ids: string[]) => finish(monitoringWrite(folder, monitored(ids), terminal)));
}

/**
 * The stacks called `ids`, or all that something can be watched of.
 * @throws InvalidInputError with every one that is not there, or that nothing can be watched of
 */
function monitored(ids: readonly string[]): readonly ResolvedStack[] {
  if (ids.length === 0) {
    return loadStacks(loadOptions()).filter(isWatched);
  }
  const named = loadNamedStacks(...new Set(ids));
  const blind = named.filter((stack) => !isWatched(stack));
  if (blind.length > 0) {
    throw new InvalidInputError(
      blind.map(({ deploymentField }) => ({
        field: `${deploymentField}.exporter`,
        got: "none",
        expected: "an exporter, or backups, whose metrics rules can read",
        fix: "write exporter: { hostPort: 9121 } with a free port",
      })),
    );
  }
  return named;
}

function isWatched(stack: ResolvedStack): boolean {
  return ruleGroups(stack).length > 0;
}
