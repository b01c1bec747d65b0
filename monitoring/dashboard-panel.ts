import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMap,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Runbook } from "../core/runbooks";

/** The Prometheus that somebody chooses above the dashboard. */
export const DATASOURCE = { type: "prometheus", uid: `\${datasource}` } as const;

/** Columns of Grafana's grid. */
export const GRID_WIDTH = 24;

/** One line of a graph, or the number of a stat. */
export interface Query {
  readonly expr: string;
  /** Name of the line; `{{label}}` stands for a label's value. */
  readonly legend: string;
}

/** From when on a value is bad: above both, or below both where `critical` is the smaller. */
export interface PanelLevels {
  readonly warning: number;
  readonly critical: number;
}

/** What a panel may have beside a title, a unit, queries and words. */
export interface PanelDetails {
  /** Whether the service has what it shows. @default true */
  readonly isShown?: boolean;
  /** Lines of a graph, colours of a number. */
  readonly levels?: PanelLevels | undefined;
  /** The axis reaches this at least; it starts at 0. @default - the level of a warning */
  readonly max?: number;
  /** Digits after the point. @default - as many as fit */
  readonly decimals?: number;
  /** Words for 0 and for 1. */
  readonly words?: readonly [zero: string, one: string];
  /** Shown where Prometheus has no answer. @default "no data" */
  readonly noValue?: string;
  /** Page of docs/runbooks. */
  readonly runbook?: Runbook;
}

/** A number, or a graph of some. */
export interface PanelDefinition extends PanelDetails {
  readonly kind: "stat" | "graph";
  readonly title: string;
  /** One of Grafana's units. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** What it means, and what to do. */
  readonly description: string;
}

/** One number of one stack. */
export function statPanel(
  title: string,
  unit: string,
  expr: string,
  description: string,
  details: PanelDetails = {},
): PanelDefinition {
  return { kind: "stat", title, unit, queries: [{ expr, legend: "{{stack}}" }], description, ...details };
}

/** Lines over time: one a stack, or those with the legends given. */
export function graphPanel(
  title: string,
  unit: string,
  queries: string | readonly Query[],
  description: string,
  details: PanelDetails = {},
): PanelDefinition {
  const lines = typeof queries === "string" ? [{ expr: queries, legend: "{{stack}}" }] : queries;
  return { kind: "graph", title, unit, queries: lines, description, ...details };
}

/** Where a panel stands, and where the runbooks are. */
export interface PanelPlace {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly runbooks: string;
}

/** The panel as Grafana's own builders make it. */
export function panelOf(definition: PanelDefinition, place: PanelPlace): Builder<Panel> {
  const panel = definition.kind === "stat" ? stat(definition) : graph(definition);
  panel
    .id(place.id)
    .title(definition.title)
    .description(describe(definition, place.runbooks))
    .datasource(DATASOURCE)
    .span(place.width)
    .height(place.height)
    .unit(definition.unit)
    .noValue(definition.noValue ?? "no data")
    .targets(definition.queries.map((query, index) => target(query, index, definition.kind)));
  if (definition.decimals !== undefined) {
    panel.decimals(definition.decimals);
  }
  if (definition.words !== undefined) {
    panel.mappings([words(...definition.words)]);
  }
  if (definition.runbook !== undefined && isAddress(place.runbooks)) {
    panel.links([link(`Runbook: ${definition.runbook}`, runbookOf(definition.runbook, place.runbooks))]);
  }
  return panel;
}

/** Whether a browser finds it. */
export function isAddress(runbooks: string): boolean {
  return /^https?:\/\//.test(runbooks);
}

/** The page of a runbook: an address, or a file of the repository. */
export function runbookOf(runbook: Runbook, runbooks: string): string {
  return `${runbooks.replace(/\/+$/, "")}/${runbook}.md`;
}

/** A link out of Grafana, in a tab of its own. */
export function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).targetBlank(true);
}

/** Colours from a value on: the first step holds for all below the second. */
export function steps(levels: PanelLevels | undefined): Threshold[] {
  if (levels === undefined) {
    return [{ value: null, color: "green" }];
  }
  const { warning, critical } = levels;
  return critical < warning
    ? [
        { value: null, color: "red" },
        { value: critical, color: "orange" },
        { value: warning, color: "green" },
      ]
    : [
        { value: null, color: "green" },
        { value: warning, color: "orange" },
        { value: critical, color: "red" },
      ];
}

/** 0 and 1 as words, red and green. */
export function words(zero: string, one: string): ValueMap {
  return {
    type: MappingType.ValueToText,
    options: { "0": { text: zero, color: "red", index: 0 }, "1": { text: one, color: "green", index: 1 } },
  };
}

/** A, B, C … */
export function refIdOf(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}

/** A query of a panel, called A, B, C …; a stat and a table ask for one moment, a graph for all of them. */
export function target(
  { expr, legend }: Query,
  index: number,
  kind: "stat" | "graph" | "table",
): DataqueryBuilder {
  const query = new DataqueryBuilder()
    .refId(refIdOf(index))
    .datasource(DATASOURCE)
    .expr(expr)
    .legendFormat(legend)
    .format(kind === "table" ? PromQueryFormat.Table : PromQueryFormat.TimeSeries);
  return kind === "graph" ? query.range() : query.instant();
}

/** The words under a panel's title. */
function describe({ description, runbook }: PanelDefinition, runbooks: string): string {
  return runbook === undefined ? description : `${description} Runbook: ${runbookOf(runbook, runbooks)}`;
}

function stat({ levels, words: said }: PanelDefinition): StatBuilder {
  return new StatBuilder()
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]).values(false))
    .colorMode(levels === undefined && said === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .thresholds(thresholds(levels));
}

function graph({ levels, max }: PanelDefinition): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .min(0)
    .lineWidth(1)
    .fillOpacity(8)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .thresholds(thresholds(levels));
  const softMax = max ?? levels?.warning;
  if (softMax !== undefined) {
    panel.axisSoftMax(softMax);
  }
  return levels === undefined
    ? panel
    : panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

function thresholds(levels: PanelLevels | undefined): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps(levels));
}
