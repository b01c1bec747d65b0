import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { services } from "../config/services";
import { plainEnvironment, runProgram } from "./support/run-program";
import { repository } from "./support/stack-fixtures";

const ROOMS = ["main.ts", "core", "config", "constructs", "ops", "monitoring", "lab"];

/** `rule: from → to` for each import that dependency-cruiser finds forbidden below `folder`. */
async function violationsIn(folder: string, rooms: readonly string[]): Promise<readonly string[]> {
  const depcruise = join(repository, "node_modules", ".bin", "depcruise");
  const argv = ["--config", ".dependency-cruiser.js", "--output-type", "json", ...rooms];
  const { stdout, stderr } = await runProgram(depcruise, argv, { cwd: folder, env: plainEnvironment() });
  const { summary }: CruiseResult = JSON.parse(stdout === "" ? stderr : stdout);
  if (summary.totalCruised === 0) {
    throw new Error("nothing was cruised");
  }
  return summary.violations.map(
    ({ rule, from, to }) => `${rule.name}: ${from} → ${to.replace(/^.*node_modules\//, "")}`,
  );
}

interface CruiseResult {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** A house with the same rooms and rules, where these files are all that there is. */
async function violationsOf(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "redis-on-docker-rooms-"));
  try {
    for (const name of [".dependency-cruiser.js", "tsconfig.json", "package.json"]) {
      cpSync(join(repository, name), join(folder, name));
    }
    symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    return await violationsIn(folder, [
      ...new Set(Object.keys(files).map((name) => name.split("/")[0] ?? name)),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Modules that exist, so that something can import them. */
const house = {
  "main.ts": "export const main = 1;",
  "core/size.ts": "export const size = 1;",
  "config/prod.ts": 'import { size } from "../core/size"; export const prod = size;',
  "constructs/stack.ts": 'import { App } from "cdktf"; import "../core/size"; export const stack = App;',
  "ops/verify.ts": 'import { prod } from "../config/prod"; import "dockerode"; export const verify = prod;',
  "lab/engine.ts": 'import { size } from "../core/size"; export const engine = size;',
};

describe("the rooms", () => {
  it("import only what they may", async () => {
    expect(await violationsIn(repository, [...ROOMS, "bench", "docs", "__tests__"])).toEqual([]);
  });

  it("of the fixture below import only what they may, before one of them breaks a rule", async () => {
    expect(await violationsOf(house)).toEqual([]);
  });

  it("are guarded against every kind of import, in every direction that is forbidden", async () => {
    const violations = await violationsOf({
      ...house,
      "core/named.ts": 'import { prod } from "../config/prod"; export const x = prod;',
      "core/type.ts": 'import type { stack } from "../constructs/stack"; export type X = typeof stack;',
      "core/side-effect.ts": 'import "cdktf";',
      "core/required.ts": 'const { Construct } = require("constructs"); module.exports = Construct;',
      "core/files.ts": 'import { readFileSync } from "node:fs"; export const x = readFileSync;',
      "core/machine.ts": 'import { hostname } from "os"; export const x = hostname;',
      "config/exported.ts": 'export { stack } from "../constructs/stack";',
      "config/dynamic.ts": 'export const x = () => import("dockerode");',
      "config/program.ts": 'import "node:child_process";',
      "config/bindings.ts": 'import "@cdktf/provider-docker/lib/volume";',
      "constructs/environment.ts": 'import { prod } from "../config/prod"; export const x = prod;',
      "constructs/required.ts": 'module.exports = require("../ops/verify");',
      "constructs/files.ts": 'import { readFile } from "fs/promises"; export const x = readFile;',
      "constructs/process.ts": 'import { env } from "node:process"; export const x = env;',
      "ops/synthesis.ts": 'import { stack } from "../constructs/stack"; export const x = stack;',
      "ops/platform.ts": 'import "cdktf";',
      "ops/lab.ts": 'import "../lab/engine";',
      "lab/product.ts": 'import "../ops/verify";',
      "docs/built.ts": 'import { stack } from "../constructs/stack"; export const x = stack;',
      "docs/rows.ts": 'import { prod } from "../config/prod"; export const rows = prod;',
      "ops/document.ts": 'import { rows } from "../docs/rows"; export const x = rows;',
      "lab/config.ts": 'const prod = require("../config/prod"); module.exports = prod;',
      "main.ts": 'import "./lab/engine"; export const main = 1;',
      "core/circle.ts": 'import { b } from "./circle-b"; export const a = () => b;',
      "core/circle-b.ts": 'import { a } from "./circle"; export const b = () => a;',
    });
    expect([...violations].sort()).toEqual([
      "config-imports-core-only: config/exported.ts → constructs/stack.ts",
      "config-is-not-terraform: config/bindings.ts → @cdktf/provider-docker/lib/volume/index.js",
      "config-is-not-terraform: config/dynamic.ts → dockerode/lib/docker.js",
      "config-is-not-terraform: config/program.ts → child_process",
      "conformance-imports-config-and-core: docs/built.ts → constructs/stack.ts",
      "constructs-import-core: constructs/environment.ts → config/prod.ts",
      "constructs-import-core: constructs/required.ts → ops/verify.ts",
      "constructs-read-nothing: constructs/files.ts → fs/promises",
      "constructs-read-nothing: constructs/process.ts → process",
      "core-imports-no-platform: core/files.ts → fs",
      "core-imports-no-platform: core/machine.ts → os",
      "core-imports-no-platform: core/required.ts → constructs/lib/index.js",
      "core-imports-no-platform: core/side-effect.ts → cdktf/lib/index.js",
      "core-imports-no-room: core/named.ts → config/prod.ts",
      "core-imports-no-room: core/type.ts → constructs/stack.ts",
      "docs-are-for-people: ops/document.ts → docs/rows.ts",
      "lab-stands-alone: lab/config.ts → config/prod.ts",
      "lab-stands-alone: lab/product.ts → ops/verify.ts",
      "no-circular: core/circle-b.ts → core/circle.ts",
      "ops-never-synthesizes: ops/lab.ts → lab/engine.ts",
      "ops-never-synthesizes: ops/platform.ts → cdktf/lib/index.js",
      "ops-never-synthesizes: ops/synthesis.ts → constructs/stack.ts",
      "product-never-imports-lab: main.ts → lab/engine.ts",
      "product-never-imports-lab: ops/lab.ts → lab/engine.ts",
    ]);
  });
});

describe("the sources of what is synthesized", () => {
  const sources = ["core", "config", "constructs"].flatMap((room) =>
    readdirSync(join(repository, room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(room, file)),
  );

  it("read no environment variable, no clock and no chance, so that the same bytes come out everywhere", () => {
    expect(sources.length).toBeGreaterThan(20);
    // A Date of a given text is no clock.
    const world =
      /\bprocess[.[;]|\bDate\b(?!\.parse\(|\([^)])|\bMath\.random\b|\brandom(UUID|Bytes|Int)\b|\bperformance\b|\b__dirname\b/;
    expect(sources.filter((file) => world.test(readFileSync(join(repository, file), "utf8")))).toEqual([]);
  });
});

describe("config/services", () => {
  const files = readdirSync(join(repository, "config", "services"))
    .filter((file) => file !== "index.ts")
    .sort();

  it("has nothing but one file for each service, called by its name, since that is where messages send people", () => {
    expect(files).not.toEqual([]);
    expect(files).toEqual([...services].map(({ name }) => `${name}.ts`).sort());
  });

  it.each(files)("has %s in the list of index.ts", async (file) => {
    const exported: unknown[] = Object.values(await import(join(repository, "config", "services", file)));
    expect(services.filter((service) => exported.includes(service))).toHaveLength(1);
  });
});
