// Draws Grafana dashboards with real data and without Grafana: docs/dashboards/README.md.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import Docker from "dockerode";
import { Demonstration } from "./demonstration";
import { filledIn, type GrafanaDashboard, labelValues, type Variables } from "./grafana-dashboard";
import { type PanelData, panelData } from "./panel-data";
import type { Prometheus, Range } from "./prometheus";

const USAGE = `Usage: npx tsx lab/dashboards/draw-dashboards.ts DASHBOARDS RULES BACKUP_SCRIPT PICTURES [MINUTES]

Draws each DASHBOARDS/*.json into PICTURES, with the data of servers that work for MINUTES (8) meanwhile.`;

const STEP_SECONDS = 5;

/** Pixels of the page's header and margins, and of a row of the grid. */
const FRAME = 66;
const ROW = 34;
const WIDTH = 1264;

async function main(argv: readonly string[]): Promise<number> {
  const [dashboards, rules, backupScript, pictures, minutesText = "8"] = argv;
  const minutes = Number(minutesText);
  if (
    pictures === undefined ||
    dashboards === undefined ||
    rules === undefined ||
    backupScript === undefined ||
    !(minutes >= 1)
  ) {
    console.error(USAGE);
    return 2;
  }
  const files = { rules: readFileSync(rules, "utf8"), backupScript };
  const name = `dashboards-${randomBytes(3).toString("hex")}`;
  const { demonstration, prometheus } = await Demonstration.start(new Docker(), name, files);
  try {
    console.error(`${prometheus.url}: ${minutes} minutes of traffic`);
    await sleep(minutes * 60_000);
    for (const file of readdirSync(dashboards).filter((entry) => entry.endsWith(".json"))) {
      const picture = join(pictures, `${basename(file, ".json")}.png`);
      const to = Math.floor(Date.now() / 1000);
      // The first half minute is the servers' start.
      const range = { from: to - minutes * 60 + 30, to, step: STEP_SECONDS };
      await draw(join(dashboards, file), prometheus, range, picture);
    }
  } finally {
    await demonstration.stop();
  }
  return 0;
}

async function draw(file: string, prometheus: Prometheus, range: Range, picture: string): Promise<void> {
  const dashboard: GrafanaDashboard = JSON.parse(readFileSync(file, "utf8"));
  const variables = await chosen(dashboard, prometheus);
  const panels: PanelData[] = [];
  for (const panel of dashboard.panels) {
    panels.push(await panelData(panel, variables, prometheus, range));
  }
  const stacks = [variables.stack ?? []].flat().join(", ");
  const rows = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  screenshot({ title: dashboard.title, subtitle: stacks, panels }, FRAME + rows * ROW, picture);
  console.log(picture);
}

/** The first value of a variable that takes one, and all of them where it takes several. */
async function chosen({ templating }: GrafanaDashboard, prometheus: Prometheus): Promise<Variables> {
  const variables: Record<string, string | readonly string[]> = { __rate_interval: `${4 * STEP_SECONDS}s` };
  for (const { name, type, query, multi } of templating.list.filter(({ type }) => type === "query")) {
    const { selector, label } = labelValues(filledIn(query, variables));
    const values = await prometheus.labelValues(selector, label);
    const [first] = values;
    if (first === undefined) {
      throw new Error(`variable ${name} (${type}): nothing answers to ${selector}`);
    }
    variables[name] = multi ? values : first;
  }
  return variables;
}

function screenshot(dashboard: object, height: number, picture: string): void {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-dashboards-"));
  try {
    const page = join(folder, "page.html");
    writeFileSync(page, html(dashboard));
    execFileSync(
      "chromium",
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-lcd-text",
        "--hide-scrollbars",
        `--user-data-dir=${folder}`,
        `--window-size=${WIDTH},${height}`,
        `--screenshot=${resolve(picture)}`,
        pathToFileURL(page).href,
      ],
      { stdio: ["ignore", "ignore", "pipe"], timeout: 60_000 },
    );
    execFileSync("pngquant", ["--force", "--nofs", "--output", picture, "256", picture], { timeout: 60_000 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One file with everything in it, so that the browser needs no network. */
function html(dashboard: object): string {
  const read = (...path: string[]) => readFileSync(join(...path), "utf8");
  const plot = join(__dirname, "..", "..", "node_modules", "uplot", "dist");
  const data = JSON.stringify(dashboard).replaceAll("<", "\\u003c");
  return [
    "<!doctype html>",
    '<meta charset="utf-8">',
    `<style>${read(plot, "uPlot.min.css")}${read(__dirname, "page.css")}</style>`,
    "<body>",
    `<script>${read(plot, "uPlot.iife.min.js")}</script>`,
    `<script>window.dashboard = ${data};</script>`,
    `<script>${read(__dirname, "page.js")}</script>`,
  ].join("\n");
}

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
