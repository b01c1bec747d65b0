// Compares synthesis by the product with the same resources in bare cdktf: bench/README.md.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { BareTexts } from "./bare-cdktf";
import { differences, PROGRAMS, type Program, readTexts } from "./programs";
import { measureWholeRuns, tableOfWholeRuns } from "./whole-runs";

const USAGE = "Usage: npx tsx bench/synth.ts [--json]";

/** Stacks, and how often each program synthesizes that many. */
const RUNS = [
  { count: 1, repeats: 9 },
  { count: 10, repeats: 9 },
  { count: 100, repeats: 5 },
  { count: 1000, repeats: 3 },
] as const;

/** After this time nothing is repeated any more; every size is still measured once. */
const BUDGET_MS = 120_000;

/** Stacks that must be alike before anything is measured. */
const COMPARED = 10;

interface Row {
  readonly stacks: number;
  readonly repeats: number;
  readonly productMs: number;
  readonly bareMs: number;
  /** Product to bare: 1 is as fast. */
  readonly ratio: number;
  readonly productMsPerStack: number;
  /** Time to that of the row before, which has a tenth of the stacks: 10 is linear. */
  readonly growth: number | null;
}

function main(): number {
  let json: boolean | undefined;
  try {
    json = parseArgs({ options: { json: { type: "boolean" } } }).values.json;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return 2;
  }
  const texts = readTexts();
  const different = differences(COMPARED, texts);
  if (different.length > 0) {
    console.error(`the programs do not write the same stacks: ${different.join(", ")}`);
    console.error("Fix: write in bench/bare-cdktf.ts what the product deploys now.");
    return 1;
  }
  const rows = measureAll(texts);
  const wholeRuns = measureWholeRuns();
  console.log(
    json
      ? JSON.stringify({ node: process.version, rows, wholeRuns }, null, 2)
      : `${tableOf(rows)}\n${tableOfWholeRuns(wholeRuns)}`,
  );
  return 0;
}

function measureAll(texts: BareTexts): readonly Row[] {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-bench-"));
  const textsFile = join(folder, "texts.json");
  writeFileSync(textsFile, JSON.stringify(texts));
  const end = Date.now() + BUDGET_MS;
  const rows: Row[] = [];
  try {
    for (const { count, repeats } of RUNS) {
      rows.push(rowOf(count, measureRepeatedly(count, repeats, end, textsFile), rows.at(-1)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

type Times = Readonly<Record<Program, readonly number[]>>;

function measureRepeatedly(count: number, repeats: number, end: number, textsFile: string): Times {
  const times: Record<Program, number[]> = { product: [], bare: [] };
  for (let repeat = 0; repeat < repeats && (repeat === 0 || Date.now() < end); repeat++) {
    console.error(`${count} ${count === 1 ? "stack" : "stacks"}: run ${repeat + 1} of ${repeats}`);
    // By turns first, so that neither always runs on the warmer machine.
    for (const program of repeat % 2 === 0 ? PROGRAMS : [...PROGRAMS].reverse()) {
      times[program].push(measure(program, count, textsFile));
    }
  }
  return times;
}

function measure(program: Program, count: number, textsFile: string): number {
  const argv = ["--import", "tsx", join(__dirname, "measure.ts"), program, `${count}`, textsFile];
  return Number(execFileSync(process.execPath, argv, { cwd: join(__dirname, ".."), encoding: "utf8" }));
}

function rowOf(stacks: number, times: Times, before: Row | undefined): Row {
  const [productMs, bareMs] = [median(times.product), median(times.bare)];
  return {
    stacks,
    repeats: times.product.length,
    productMs,
    bareMs,
    ratio: productMs / bareMs,
    productMsPerStack: productMs / stacks,
    growth: before === undefined ? null : productMs / before.productMs,
  };
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function tableOf(rows: readonly Row[]): string {
  const table = new Table({
    head: ["stacks", "runs", "product", "bare cdktf", "ratio", "product per stack", "growth (linear: 10)"],
    colAligns: Array<"right">(7).fill("right"),
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      row.stacks,
      row.repeats,
      `${row.productMs.toFixed(0)} ms`,
      `${row.bareMs.toFixed(0)} ms`,
      row.ratio.toFixed(2),
      `${row.productMsPerStack.toFixed(1)} ms`,
      row.growth?.toFixed(1) ?? "",
    ]);
  }
  return table.toString();
}

process.exitCode = main();
