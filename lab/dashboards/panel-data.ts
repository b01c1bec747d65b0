import {
  filledIn,
  type GrafanaPanel,
  type GrafanaTarget,
  type GrafanaTransformation,
  type Variables,
} from "./grafana-dashboard";
import type { Prometheus, Range, Series } from "./prometheus";

/** What a panel shows, as the page draws it. */
export interface PanelData {
  readonly panel: GrafanaPanel;
  /** Title and text with the variables filled in. */
  readonly title: string;
  readonly text?: string;
  /** Lines of a graph, or the one number of a stat. */
  readonly lines?: readonly Line[];
  readonly table?: Table;
}

export interface Line {
  readonly name: string;
  /** Times in seconds, and values; `null` where there is none. */
  readonly times: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

type Row = Readonly<Record<string, string | number>>;

/** Asks Prometheus for what `panel` shows. */
export async function panelData(
  panel: GrafanaPanel,
  variables: Variables,
  prometheus: Prometheus,
  range: Range,
): Promise<PanelData> {
  const title = filledIn(panel.title, variables);
  const targets = panel.targets ?? [];
  if (panel.type === "text") {
    return { panel, title, text: filledIn((panel.options as { content: string }).content, variables) };
  }
  const answers = await Promise.all(
    targets.map(async (target) => {
      const query = filledIn(target.expr, variables);
      const series = target.instant ? await prometheus.instant(query) : await prometheus.range(query, range);
      return { target, series };
    }),
  );
  return panel.type === "table"
    ? { panel, title, table: transformed(answers, panel.transformations ?? []) }
    : {
        panel,
        title,
        lines: answers.flatMap(({ target, series }) => series.map((one) => line(target, one, range))),
      };
}

/** A value for each step of the range, so that a gap in the data is a gap in the line. */
function line({ legendFormat = "", instant }: GrafanaTarget, { metric, values }: Series, range: Range): Line {
  const name = legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? "");
  const known = new Map(values.map(([time, value]) => [Math.round(time), finite(value)]));
  const times = instant ? [...known.keys()] : timesOf(range);
  return { name, times, values: times.map((time) => known.get(time) ?? null) };
}

function timesOf({ from, to, step }: Range): readonly number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) =>
    Math.round(from + index * step),
  );
}

function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

interface Answered {
  readonly target: GrafanaTarget;
  readonly series: readonly Series[];
}

/** The two transformations that these dashboards use, by their documentation: `joinByField` (outer) and `organize`. */
function transformed(answers: readonly Answered[], transformations: readonly GrafanaTransformation[]): Table {
  let columns: readonly string[] = [];
  let rows: readonly Row[] = [];
  for (const { id, options } of transformations) {
    if (id === "joinByField" && options.mode === "outer") {
      ({ columns, rows } = joined(answers, String(options.byField)));
    } else if (id === "organize") {
      columns = organized(columns, options);
    } else {
      throw new Error(
        `transformation ${id}: got ${JSON.stringify(options)}, expected joinByField (outer) or organize`,
      );
    }
  }
  const names = (transformations.find(({ id }) => id === "organize")?.options.renameByName ?? {}) as Row;
  return {
    columns: columns.map((column) => String(names[column] ?? column)),
    rows: rows.map((row) => columns.map((column) => row[column] ?? null)),
  };
}

function joined(answers: readonly Answered[], field: string) {
  const rows = new Map<string, Record<string, string | number>>();
  const columns = [field];
  answers.forEach(({ target, series }, index) => {
    columns.push(`Time ${index + 1}`, `Value #${target.refId}`);
    for (const { metric, values } of series) {
      const key = metric[field] ?? "";
      const row = rows.get(key) ?? { [field]: key };
      const [time = 0, value = ""] = values[0] ?? [];
      rows.set(key, { ...row, [`Time ${index + 1}`]: time, [`Value #${target.refId}`]: finite(value) ?? "" });
    }
  });
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  return { columns, rows: sorted };
}

function organized(columns: readonly string[], options: GrafanaTransformation["options"]): readonly string[] {
  const excluded = (options.excludeByName ?? {}) as Readonly<Record<string, boolean>>;
  const index = (options.indexByName ?? {}) as Readonly<Record<string, number>>;
  const last = columns.length;
  return columns
    .filter((column) => excluded[column] !== true)
    .sort((a, b) => (index[a] ?? last) - (index[b] ?? last));
}
