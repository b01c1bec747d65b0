import { spawnSync } from "node:child_process";
import { join } from "node:path";
import Table from "cli-table3";
import { inProjectOf, PLAIN_PROGRAM, type ServicesKind } from "./project";

/** Services, whether something is wrong with them, and how often each program runs. */
const RUNS: readonly (readonly [services: number, kind: ServicesKind, repeats: number])[] = [
  [100, "wrong", 3],
  [1000, "wrong", 3],
  [1000, "right", 1],
];

/** One size: a process of a user from its start to its end. */
export interface WholeRun {
  readonly services: number;
  readonly kind: ServicesKind;
  readonly repeats: number;
  /** `main.ts`: the fastest run, in which the machine did least beside it. */
  readonly productMs: number;
  /** The same service files loaded by the same loader, and nothing done. */
  readonly plainMs: number;
  /** Product to plain. */
  readonly ratio: number;
  /** CPU time of `main.ts`, on whatever number of CPUs. */
  readonly productCpuMs: number;
  /** Most memory that `main.ts` ever had. */
  readonly productMiB: number;
}

export function measureWholeRuns(): readonly WholeRun[] {
  return RUNS.map(([services, kind, repeats]) =>
    inProjectOf(services, kind, (folder) => {
      // The loader keeps what it has compiled: every measured run finds that.
      run(folder, PLAIN_PROGRAM, 0);
      const runs = Array.from({ length: repeats }, (_, index) => {
        console.error(`${services} services, all ${kind}: run ${index + 1} of ${repeats}`);
        return {
          plain: run(folder, PLAIN_PROGRAM, 0),
          product: run(folder, "main.ts", kind === "wrong" ? 2 : 0),
        };
      });
      const productMs = Math.min(...runs.map(({ product }) => product.ms));
      const plainMs = Math.min(...runs.map(({ plain }) => plain.ms));
      const productCpuMs = Math.min(...runs.map(({ product }) => product.cpuMs));
      const productMiB = Math.max(...runs.map(({ product }) => product.mebibytes));
      return {
        services,
        kind,
        repeats,
        productMs,
        plainMs,
        ratio: productMs / plainMs,
        productCpuMs,
        productMiB,
      };
    }),
  );
}

export function tableOfWholeRuns(runs: readonly WholeRun[]): string {
  const table = new Table({
    head: [
      "service files",
      "stacks",
      "all",
      "runs",
      "main.ts",
      "loading alone",
      "ratio",
      "CPU of main.ts",
      "memory",
    ],
    colAligns: Array<"right">(9).fill("right"),
    style: { head: [], border: [] },
  });
  for (const { services, kind, repeats, productMs, plainMs, ratio, productCpuMs, productMiB } of runs) {
    table.push([
      services,
      2 * services,
      kind,
      repeats,
      `${productMs.toFixed(0)} ms`,
      `${plainMs.toFixed(0)} ms`,
      ratio.toFixed(2),
      `${productCpuMs.toFixed(0)} ms`,
      `${productMiB.toFixed(0)} MiB`,
    ]);
  }
  return table.toString();
}

function run(folder: string, program: string, expectedExit: number) {
  const argv = ["--require", join(__dirname, "print-usage.js"), "--import", "tsx", program];
  const start = performance.now();
  const { status, stderr, output } = spawnSync(process.execPath, argv, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 ** 2,
  });
  const ms = performance.now() - start;
  if (status !== expectedExit) {
    throw new Error(`${program} with its services exited with ${status}:\n${stderr}`);
  }
  const { cpuMs, maxKiB }: { readonly cpuMs: number; readonly maxKiB: number } = JSON.parse(output[3] ?? "");
  return { ms, cpuMs, mebibytes: maxKiB / 1024 };
}
