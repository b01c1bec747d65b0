// Draws what draw-dashboards.ts puts in `window.dashboard`, by each panel's own grid, unit, levels and legend.
/* global uPlot */

const PALETTE = [
  "#56a64b",
  "#3274d9",
  "#e0752d",
  "#a352cc",
  "#e02f44",
  "#1aa7b8",
  "#b7950b",
  "#7f6000",
  "#8a8a8a",
  "#c2185b",
];
const COLOURS = { green: "#37872d", orange: "#d9730d", red: "#c4162a" };
const COLUMN = 52;
const ROW = 34;
const GAP = 8;

const { title, subtitle, panels } = window.dashboard;

function scaled(value, factor, names, digits) {
  let at = 0;
  let rest = value;
  while (Math.abs(rest) >= factor && at < names.length - 1) {
    rest /= factor;
    at += 1;
  }
  return `${trimmed(rest, digits)}${names[at]}`;
}

function trimmed(value, digits) {
  if (digits !== undefined) {
    return value.toFixed(digits);
  }
  const size = Math.abs(value);
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)));
}

function seconds(value, digits) {
  const size = Math.abs(value);
  if (value === 0) return "0 s";
  if (size < 1e-3) return `${trimmed(value * 1e6, digits)} µs`;
  if (size < 1) return `${trimmed(value * 1e3, digits)} ms`;
  if (size < 120) return `${trimmed(value, digits ?? (size >= 10 ? 0 : undefined))} s`;
  if (size < 7200) return `${trimmed(value / 60, 0)} min`;
  if (size < 172800) return `${trimmed(value / 3600, digits ?? (size >= 36000 ? 0 : 1))} h`;
  return `${trimmed(value / 86400, 1)} d`;
}

const UNITS = {
  none: trimmed,
  short: (value, digits) => scaled(value, 1000, ["", " K", " Mil", " Bil"], digits),
  percent: (value, digits) => `${trimmed(value, digits)} %`,
  ops: (value, digits) => `${scaled(value, 1000, ["", "K", "M"], digits)} ops/s`,
  bytes: (value, digits) => scaled(value, 1024, [" B", " KiB", " MiB", " GiB", " TiB"], digits),
  binBps: (value, digits) => scaled(value, 1024, [" B/s", " KiB/s", " MiB/s", " GiB/s"], digits),
  s: seconds,
  dtdurations: seconds,
};

const decimal = [];
for (let power = -9; power < 12; power += 1) decimal.push(...[1, 2, 5].map((digit) => digit * 10 ** power));
const binary = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** Distances of the lines of a grid that are round in the unit. */
const STEPS = {
  decimal,
  whole: decimal.filter((step) => step >= 1),
  bytes: binary,
  binBps: binary,
  s: [...decimal.filter((step) => step < 15), 15, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 28800, 86400],
};

function formatter({ unit = "none", decimals }) {
  const format = UNITS[unit];
  if (format === undefined) {
    throw new Error(`unit ${unit} cannot be drawn`);
  }
  return (value) => format(value, decimals);
}

function colourOf(value, steps = []) {
  const step = steps.filter((one) => one.value === null || value >= one.value).at(-1);
  return COLOURS[step?.color] ?? "#222";
}

function element(parent, name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

/** Text and colour of a value by the panel's words, or by its unit and levels. */
function shown(value, config, isColoured) {
  const words = config.mappings?.find(({ type }) => type === "value")?.options[String(value)];
  if (words) return { text: words.text, colour: COLOURS[words.color] };
  return {
    text: formatter(config)(value),
    colour: isColoured ? colourOf(value, config.thresholds?.steps) : "#222",
  };
}

function drawStat(box, { panel, lines }) {
  const config = panel.fieldConfig.defaults;
  const value = lines[0]?.values.at(-1) ?? null;
  const { text, colour } =
    value === null
      ? { text: config.noValue, colour: "#888" }
      : shown(value, config, panel.options.colorMode === "value");
  const number = element(box, "div", "stat", text);
  number.style.color = colour;
}

function drawTable(box, { panel, table }) {
  const configs = table.columns.map((column) => {
    const override = panel.fieldConfig.overrides.find(({ matcher }) => matcher.options === column);
    const own = Object.fromEntries((override?.properties ?? []).map(({ id, value }) => [id, value]));
    return { ...panel.fieldConfig.defaults, ...own };
  });
  const made = element(box, "table");
  const head = element(made, "tr");
  for (const column of table.columns) element(head, "th", "", column);
  for (const row of table.rows) {
    const line = element(made, "tr");
    row.forEach((value, index) => {
      const cell = element(line, "td");
      if (typeof value === "string") {
        cell.textContent = value === "" ? configs[index].noValue : value;
        return;
      }
      const isColoured = configs[index]["custom.cellOptions"] !== undefined;
      const { text, colour } =
        value === null
          ? { text: configs[index].noValue, colour: "#888" }
          : shown(value, configs[index], isColoured);
      cell.textContent = text;
      cell.style.color = colour;
    });
  }
}

/** Lines with a list sign, lines set in four blanks, and words, as the text panels of these dashboards have them. */
function drawText(box, { text }) {
  for (const line of text.split("\n").filter(Boolean)) {
    if (line.startsWith("    ")) element(box, "pre", "", line.trim());
    else element(box, "p", "", line.replace(/^- /, "• ").replace(/\[([^\]]+)\]\([^)]+\)/g, "$1"));
  }
}

const CALCS = {
  lastNotNull: { name: "last", of: (values) => values.at(-1) },
  max: { name: "max", of: (values) => Math.max(...values) },
};

function drawLegend(box, { lines }, config, calcs) {
  const table = element(box, "table", "legend");
  const head = element(table, "tr");
  element(head, "th");
  for (const calc of calcs) element(head, "th", "", CALCS[calc].name);
  lines.forEach(({ name, values }, index) => {
    const row = element(table, "tr");
    const cell = element(row, "td");
    element(cell, "i").style.background = PALETTE[index % PALETTE.length];
    cell.append(name);
    const known = values.filter((value) => value !== null);
    for (const calc of calcs) {
      element(row, "td", "", known.length === 0 ? "–" : formatter(config)(CALCS[calc].of(known)));
    }
  });
}

/** Levels as dashed lines, where the panel says so. */
function levelLines(config) {
  return (plot) => {
    if (config.custom?.thresholdsStyle?.mode !== "dashed") return;
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { value, color } of config.thresholds.steps) {
      // The first step has no value of its own: its colour ends where the next one begins.
      const colour = value === null ? undefined : COLOURS[color];
      const y = plot.valToPos(value ?? 0, "y", true);
      if (colour === undefined || y < bbox.top) continue;
      ctx.strokeStyle = colour;
      ctx.setLineDash([6, 4]);
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
    ctx.restore();
  };
}

function drawGraph(box, data) {
  const config = data.panel.fieldConfig.defaults;
  if (data.lines.length === 0) {
    element(box, "div", "empty", config.noValue);
    return;
  }
  const { legend } = data.panel.options;
  const plot = element(box, "div", "plot");
  drawLegend(box, data, config, legend.calcs);
  const format = formatter(config);
  const softMax = config.custom?.axisSoftMax ?? 0;
  const { width, height } = plot.getBoundingClientRect();
  new uPlot(
    {
      width,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        y: { range: (_, low, high) => [config.min ?? low, Math.max(softMax, high ?? 0) * 1.06 || 1] },
      },
      axes: [
        {
          stroke: "#555",
          grid: { stroke: "#eee" },
          font: "11px sans-serif",
          size: 24,
          space: 70,
          incrs: [60, 120, 300, 600, 1800, 3600, 7200],
          values: (_, times) => times.map(clock),
        },
        {
          stroke: "#555",
          grid: { stroke: "#eee" },
          font: "11px sans-serif",
          size: 72,
          space: 28,
          incrs: STEPS[config.decimals === 0 ? "whole" : config.unit] ?? STEPS.decimal,
          values: (_, values) => values.map(format),
        },
      ],
      series: [
        {},
        ...data.lines.map(({ name }, index) => ({
          label: name,
          stroke: PALETTE[index % PALETTE.length],
          width: 1.5,
          points: { show: false },
          ...(data.lines.length === 1 ? { fill: `${PALETTE[index]}18` } : {}),
        })),
      ],
      hooks: { draw: [levelLines(config)] },
    },
    [data.lines[0].times, ...data.lines.map(({ values }) => values)],
    plot,
  );
}

/** Time of day in UTC. */
function clock(time) {
  return new Date(time * 1000).toISOString().slice(11, 16);
}

const DRAW = {
  stat: drawStat,
  table: drawTable,
  text: drawText,
  timeseries: drawGraph,
  row: () => undefined,
};

const header = element(document.body, "header");
element(header, "h1", "", title);
element(header, "span", "", subtitle);
const grid = element(document.body, "main");
grid.style.height = `${Math.max(...panels.map(({ panel: { gridPos } }) => gridPos.y + gridPos.h)) * ROW}px`;
for (const data of panels) {
  const { type, gridPos } = data.panel;
  const box = element(grid, "section", type);
  box.style.left = `${gridPos.x * COLUMN}px`;
  box.style.top = `${gridPos.y * ROW}px`;
  box.style.width = `${gridPos.w * COLUMN - GAP}px`;
  box.style.height = `${gridPos.h * ROW - GAP}px`;
  element(box, "h2", "", data.title);
  DRAW[type](box, data);
}
