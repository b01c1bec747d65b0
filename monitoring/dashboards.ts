import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import type { RedisStackProps } from "../core/redis-stack-props";
import { RUNBOOKS } from "../core/runbooks";
import { dashboardFacts } from "./dashboard-facts";
import { graphRows } from "./dashboard-graphs";
import { metricsOf } from "./dashboard-metrics";
import { numberPanels } from "./dashboard-numbers";
import { overviewGraphs, overviewNumbers, stackTable } from "./dashboard-overview";
import {
  DATASOURCE,
  GRID_WIDTH,
  isAddress,
  type PanelDefinition,
  panelOf,
  runbookOf,
} from "./dashboard-panel";
import { labelsOf, type MonitoredStack } from "./monitored-stack";

/** A dashboard of Grafana as its file. */
export interface DashboardFile {
  /** `redis-overview.json`, or `redis-<service>.json`. */
  readonly fileName: string;
  /** The model that Grafana imports or is provisioned with. The same stacks give the same bytes. */
  readonly json: string;
}

/** Longest uid that Grafana takes. */
const MAX_UID = 40;

/** Mark of these dashboards: by it one leads to the others. */
const TAG = "redis";

/** Rows of Grafana's grid. */
const HEIGHT = { stat: 4, graph: 8, text: 7 } as const;

const GRAPHS_IN_A_ROW = 3;

/**
 * One dashboard for all stacks, and one for each service that has a stack with an exporter. Prometheus needs the scrape
 * configuration and the recording rules of the same stacks; Grafana asks for the Prometheus above the dashboard. Where
 * stacks of a service differ, the panels are those of its last one.
 */
export function dashboards(stacks: readonly MonitoredStack[]): readonly DashboardFile[] {
  const scraped = stacks.filter(({ props }) => props.exporter !== undefined);
  const services = new Map(scraped.map((stack) => [labelsOf(stack).service, stack.props]));
  const last = scraped.at(-1);
  return last === undefined
    ? []
    : [
        file("overview", overview(last.props.runbooks, scraped.length)),
        ...[...services].map(([service, props]) => file(service, ofService(service, props))),
      ];
}

function file(name: string, dashboard: Dashboard): DashboardFile {
  return { fileName: `redis-${name}.json`, json: `${JSON.stringify(dashboard, null, 2)}\n` };
}

function overview(runbooks: string, count: number): Dashboard {
  const selector = 'stack=~"$stack"';
  const metrics = metricsOf(selector);
  const builder = dashboard("overview", "Redis: all stacks", "Every Redis that is scraped, on one page.")
    .withVariable(
      variable("environment", 'label_values(up{stack!=""}, environment)')
        .label("Environment")
        .multi(true)
        .includeAll(true),
    )
    .withVariable(
      variable("stack", 'label_values(up{stack!="", environment=~"$environment"}, stack)')
        .label("Stack")
        .multi(true)
        .includeAll(true),
    );
  const layout = new Layout(builder, runbooks);
  layout.numbers(overviewNumbers(metrics, selector));
  builder.withPanel(stackTable(metrics, layout.nextId(), count));
  layout.graphs(overviewGraphs(metrics));
  return builder.build();
}

function ofService(service: string, props: RedisStackProps): Dashboard {
  const metrics = metricsOf('stack="$stack"');
  const facts = dashboardFacts(props);
  const builder = dashboard(service, `Redis: ${service}`, `One stack of ${service}.`).withVariable(
    variable("stack", `label_values(up{stack!="", service="${service}"}, stack)`).label("Stack"),
  );
  const layout = new Layout(builder, props.runbooks);
  layout.numbers(numberPanels(facts, metrics));
  for (const { title, panels } of graphRows(facts, metrics)) {
    layout.row(title);
    layout.graphs(panels);
  }
  layout.row("When something is wrong");
  builder.withPanel(
    new TextBuilder()
      .id(layout.nextId())
      .title("Whom to call, what to type")
      .description("From the service's file in config/services, and the names of the pages in docs/runbooks.")
      .span(GRID_WIDTH)
      .height(HEIGHT.text)
      .mode(TextMode.Markdown)
      .content(helpOf(props)),
  );
  return builder.build();
}

function dashboard(name: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uidOf(name))
    .description(description)
    .tags([TAG])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: "now-6h", to: "now" })
    .refresh("1m")
    .timezone("browser")
    .link(
      new DashboardLinkBuilder("Redis")
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .icon("external link"),
    )
    .withVariable(new DatasourceVariableBuilder("datasource").label("Prometheus").type(DATASOURCE.type));
}

function variable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .datasource(DATASOURCE)
    .query(query)
    .hide(VariableHide.DontHide)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

/** Puts panels one after the other, each with the next number as its id. */
class Layout {
  private lastId = 0;

  constructor(
    private readonly builder: DashboardBuilder,
    private readonly runbooks: string,
  ) {}

  nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  row(title: string): void {
    this.builder.withRow(new RowBuilder(title).id(this.nextId()));
  }

  /** All in one line. */
  numbers(definitions: readonly PanelDefinition[]): void {
    const panels = shown(definitions);
    this.add(panels, widths(panels.length, panels.length), HEIGHT.stat);
  }

  /** Three in a line. */
  graphs(definitions: readonly PanelDefinition[]): void {
    const panels = shown(definitions);
    this.add(panels, widths(panels.length, GRAPHS_IN_A_ROW), HEIGHT.graph);
  }

  private add(panels: readonly PanelDefinition[], of: readonly number[], height: number): void {
    panels.forEach((definition, index) => {
      const width = of[index] ?? GRID_WIDTH;
      this.builder.withPanel(
        panelOf(definition, { id: this.nextId(), width, height, runbooks: this.runbooks }),
      );
    });
  }
}

function shown(definitions: readonly PanelDefinition[]): readonly PanelDefinition[] {
  return definitions.filter(({ isShown = true }) => isShown);
}

/** Widths of `count` panels, `perLine` in a line: each line is filled, so that the grid has no hole. */
function widths(count: number, perLine: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const inLine = Math.min(perLine, count - Math.floor(index / perLine) * perLine);
    const place = index % perLine;
    return Math.floor((GRID_WIDTH * (place + 1)) / inLine) - Math.floor((GRID_WIDTH * place) / inLine);
  });
}

/** The words at the foot of a service's dashboard, as Markdown. */
function helpOf({ contacts, runbooks }: RedisStackProps): string {
  const people = [
    ["On call", contacts.onCall],
    ["Infrastructure", contacts.infrastructure],
    ["Escalation", contacts.escalation],
  ].flatMap(([name, contact]) => (contact === undefined ? [] : [`- ${name}: ${contact}`]));
  const pages = RUNBOOKS.map((runbook) =>
    isAddress(runbooks) ? `[${runbook}](${runbookOf(runbook, runbooks)})` : runbook,
  ).join(" · ");
  return [
    ...(people.length === 0 ? ["Nobody is named: write `contacts` in the service's file."] : people),
    "",
    "What is wrong, and what to do next:",
    "",
    "    bin/redis-ops diagnose $stack",
    "",
    isAddress(runbooks) ? `Runbooks: ${pages}` : `Runbooks in ${runbooks}: ${pages}`,
    "",
  ].join("\n");
}

/** At most 40 characters, and another one for another name: a long one ends with a checksum (FNV-1a) of the whole. */
function uidOf(name: string): string {
  const uid = `redis-${name}`;
  if (uid.length <= MAX_UID) {
    return uid;
  }
  let hash = 0x811c9dc5;
  for (const character of uid) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `${uid.slice(0, MAX_UID - 9)}-${hash.toString(16).padStart(8, "0")}`;
}
