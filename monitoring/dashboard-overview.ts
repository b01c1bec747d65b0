import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import type { Metrics } from "./dashboard-metrics";
import {
  DATASOURCE,
  GRID_WIDTH,
  graphPanel,
  type PanelDefinition,
  refIdOf,
  statPanel,
  target,
  words,
} from "./dashboard-panel";

/** A column of the table with one line a stack. */
interface Column {
  readonly name: string;
  readonly expr: string;
  readonly properties: readonly DynamicConfigValue[];
}

const unit = (value: string): DynamicConfigValue => ({ id: "unit", value });
const decimals = (value: number): DynamicConfigValue => ({ id: "decimals", value });
const coloured: DynamicConfigValue = { id: "custom.cellOptions", value: { type: "color-text" } };
const mapped = (zero: string, one: string) => [{ id: "mappings", value: [words(zero, one)] }, coloured];
/** Red from one on. */
const red: readonly DynamicConfigValue[] = [
  {
    id: "thresholds",
    value: {
      mode: "absolute",
      steps: [
        { value: null, color: "green" },
        { value: 1, color: "red" },
      ],
    },
  },
  coloured,
];

/** What the whole of the stacks comes to. */
export function overviewNumbers(metrics: Metrics, selector: string): readonly PanelDefinition[] {
  const firing = (severity: string) =>
    `count(ALERTS{${selector}, alertstate="firing", severity="${severity}"}) or vector(0)`;
  return [
    statPanel("Up", "none", `count((${metrics.up}) == 1) or vector(0)`, "Stacks whose Redis answers."),
    statPanel(
      "Down",
      "none",
      `count((${metrics.up}) == 0) or vector(0)`,
      "Stacks that are scraped and do not answer.",
      {
        levels: { warning: 1, critical: 1 },
        runbook: "stopped",
      },
    ),
    statPanel("Critical alerts", "none", firing("critical"), "Somebody has to act now.", {
      levels: { warning: 1, critical: 1 },
    }),
    statPanel("Warnings", "none", firing("warning"), "Somebody has to look today.", {
      levels: { warning: 1, critical: 1000 },
    }),
    statPanel("Commands", "ops", `sum(${metrics.commands})`, "Of all stacks."),
    statPanel(
      "Oldest last backup",
      "dtdurations",
      `max(${metrics.backupAge})`,
      "Age of the newest backup of that stack which has waited longest for one.",
      {
        noValue: "no backups",
        runbook: "backup-overdue",
      },
    ),
  ];
}

/** Lines over time, one a stack. */
export function overviewGraphs(metrics: Metrics): readonly PanelDefinition[] {
  return [
    graphPanel(
      "Memory of maxmemory",
      "percent",
      metrics.memory,
      "A cache that evicts is full by design; anything else is not.",
      {
        max: 100,
        runbook: "memory-exhaustion",
      },
    ),
    graphPanel("Hit ratio", "percent", metrics.hitRatio, "Reads that found their key, over ten minutes.", {
      max: 100,
      noValue: "no reads",
      runbook: "hit-ratio",
    }),
    graphPanel("Latency", "s", metrics.latency, "Mean time that Redis works on a command of a client.", {
      noValue: "no commands",
      runbook: "slow-commands",
    }),
    graphPanel("Commands", "ops", metrics.commands, "Those of exporters and healthchecks among them."),
    graphPanel(
      "Clients",
      "short",
      metrics.newest("redis_connected_clients"),
      "A line that only rises is a pool that leaks.",
      {
        runbook: "rejected-connections",
      },
    ),
    graphPanel(
      "Rejected connections",
      "ops",
      metrics.rate("redis_rejected_connections_total"),
      "maxclients was reached.",
      {
        runbook: "rejected-connections",
      },
    ),
    graphPanel(
      "Evicted keys",
      "ops",
      metrics.evictions,
      "Keys that made room for others: well in a cache, and nowhere else.",
      {
        runbook: "evictions",
      },
    ),
    graphPanel("Keys", "short", metrics.keys, "A line that only rises is a leak, or a business that grows."),
    graphPanel(
      "Age of the newest backup",
      "s",
      metrics.backupAge,
      "It falls to nothing with every good backup.",
      {
        noValue: "no backups",
        runbook: "backup-overdue",
      },
    ),
  ];
}

/** One line a stack, for as many as `count` without a scroll bar. */
export function stackTable(metrics: Metrics, id: number, count: number): Builder<Panel> {
  const columns: readonly Column[] = [
    { name: "Redis", expr: metrics.up, properties: mapped("DOWN", "UP") },
    { name: "Alerts", expr: metrics.alerts, properties: red },
    { name: "Memory", expr: metrics.memory, properties: [unit("percent"), decimals(1)] },
    { name: "Clients", expr: metrics.newest("redis_connected_clients"), properties: [unit("short")] },
    { name: "Commands", expr: metrics.commands, properties: [unit("ops"), decimals(1)] },
    { name: "Hit ratio", expr: metrics.hitRatio, properties: [unit("percent"), decimals(1)] },
    { name: "Latency", expr: metrics.latency, properties: [unit("s")] },
    { name: "Evicted", expr: metrics.evictions, properties: [unit("ops"), decimals(1)] },
    {
      name: "Rejected in 1 h",
      expr: metrics.rejectedInAnHour,
      properties: [unit("none"), decimals(0), ...red],
    },
    { name: "Persistence", expr: metrics.persistence, properties: mapped("FAILED", "OK") },
    { name: "Newest backup", expr: metrics.backupAge, properties: [unit("dtdurations")] },
  ];
  const named = columns.map(({ name }, index) => [`Value #${refIdOf(index)}`, name] as const);
  const table = new TableBuilder()
    .id(id)
    .title("Stacks")
    .description("One line a stack. What is wrong with one: bin/redis-ops diagnose, with its name.")
    .datasource(DATASOURCE)
    .span(GRID_WIDTH)
    .height(Math.min(3 + count, 16))
    .noValue("–")
    .targets(columns.map(({ expr }, index) => target({ expr, legend: "" }, index, "table")))
    .transformations([
      { id: "joinByField", options: { byField: "stack", mode: "outer" } },
      {
        id: "organize",
        options: {
          excludeByName: Object.fromEntries(columns.map((_, index) => [`Time ${index + 1}`, true])),
          indexByName: Object.fromEntries(
            ["stack", ...named.map(([value]) => value)].map((name, at) => [name, at]),
          ),
          renameByName: Object.fromEntries([["stack", "Stack"], ...named]),
        },
      },
    ]);
  for (const { name, properties } of columns) {
    table.overrideByName(name, [...properties]);
  }
  return table;
}
