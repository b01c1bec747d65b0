import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type BareTexts, synthesizeBare } from "./bare-cdktf";
import { synthesizeProduct } from "./product";

/** The two programs that are compared. */
export const PROGRAMS = ["product", "bare"] as const;

export type Program = (typeof PROGRAMS)[number];

/** Synthesizes `count` stacks into a new folder, and returns the time that took. */
export function timed(program: Program, count: number, texts: BareTexts): number {
  return inFolder((outdir) => {
    const start = performance.now();
    synthesize(program, count, outdir, texts);
    return performance.now() - start;
  });
}

/** The texts of the bare program, taken from what the product deploys. */
export function readTexts(): BareTexts {
  return inFolder((outdir) => {
    synthesizeProduct(2, outdir);
    const containers = (stack: string) => readStacks(outdir)[stack]?.resource.docker_container ?? {};
    const [dev, prod] = [containers("service-0-dev"), containers("service-1-prod")];
    const replacement = (container: ContainerJson | undefined) => container?.labels.at(-1)?.value ?? "";
    const backup = prod.redis_backup?.command ?? [];
    return {
      command: { dev: dev.redis?.command ?? [], prod: prod.redis?.command ?? [] },
      replacement: {
        dev: replacement(dev.redis),
        prod: replacement(prod.redis),
        exporter: replacement(prod.redis_exporter),
        backup: replacement(prod.redis_backup),
      },
      backup: { script: backup[2] ?? "", configuration: backup.at(-2) ?? "" },
    };
  });
}

/** Stacks that the two programs do not write alike, metadata aside. */
export function differences(count: number, texts: BareTexts): readonly string[] {
  return inFolder((outdir) => {
    const [product, bare] = PROGRAMS.map((program) => {
      synthesize(program, count, join(outdir, program), texts);
      return readStacks(join(outdir, program));
    });
    const ids = new Set([...Object.keys(product ?? {}), ...Object.keys(bare ?? {})]);
    return [...ids].filter((id) => !isDeepStrictEqual(product?.[id], bare?.[id]));
  });
}

function synthesize(program: Program, count: number, outdir: string, texts: BareTexts): void {
  if (program === "product") {
    synthesizeProduct(count, outdir);
  } else {
    synthesizeBare(count, outdir, texts);
  }
}

interface ContainerJson {
  readonly command?: readonly string[];
  readonly labels: readonly { readonly value: string }[];
}

interface StackJson {
  readonly resource: { readonly docker_container: Readonly<Record<string, ContainerJson | undefined>> };
}

function readStacks(outdir: string): Readonly<Record<string, StackJson | undefined>> {
  const folder = join(outdir, "stacks");
  return Object.fromEntries(
    readdirSync(folder).map((id) => {
      const text = readFileSync(join(folder, id, "cdk.tf.json"), "utf8");
      return [id, JSON.parse(text, (key, value) => (key === "//" ? undefined : value))];
    }),
  );
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-bench-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
