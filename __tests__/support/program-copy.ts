import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constantOf } from "../../ops/service-file";
import { type ProgramResult, plainEnvironment, runProgram } from "./run-program";
import { repository } from "./stack-fixtures";

const PARTS = [
  "bin",
  "config",
  "constructs",
  "core",
  "main.ts",
  "monitoring",
  "ops",
  "redis.conf.tpl",
  "tsconfig.json",
];

/**
 * The programs of this project once more, for tests that write service files and deploy nothing. The services in it are
 * the test's own, so that nothing depends on those that a team adds.
 */
export class ProgramCopy {
  readonly directory = mkdtempSync(join(tmpdir(), "redis-on-docker-programs-"));
  readonly folder = join(this.directory, "config", "services");

  private readonly first: Readonly<Record<string, string>>;

  /** @param services names to the deployments of each, as TypeScript */
  constructor(services: Readonly<Record<string, string>>) {
    for (const part of PARTS) {
      cpSync(join(repository, part), join(this.directory, part), { recursive: true });
    }
    symlinkSync(join(repository, "node_modules"), join(this.directory, "node_modules"));
    for (const file of readdirSync(this.folder)) {
      rmSync(join(this.folder, file));
    }
    for (const [name, environments] of Object.entries(services)) {
      this.write(
        `${name}.ts`,
        `import type { Service } from "../service";\n\nexport const ${constantOf(name)}: Service = {\n` +
          `  name: "${name}",\n  description: "Service ${name}",\n  engine: "redis-7.4",\n` +
          '  stores: [{ kind: "cache", keys: "cache:*", ttl: "1 h", lossAcceptable: true }],\n' +
          `  environments: { ${environments} },\n};\n`,
      );
    }
    const names = Object.keys(services).sort();
    this.write(
      "index.ts",
      [
        'import type { Service } from "../service";',
        ...names.map((name) => `import { ${constantOf(name)} } from "./${name}";`),
        "",
        "/** Every service. */",
        `export const services: readonly Service[] = [${names.map(constantOf).join(", ")}];`,
        "",
      ].join("\n"),
    );
    this.first = this.files;
  }

  /** Every file of `config/services`, with its text. */
  get files(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      readdirSync(this.folder)
        .sort()
        .map((name) => [name, readFileSync(join(this.folder, name), "utf8")]),
    );
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  /** Makes `config/services` what it was. */
  reset(): void {
    for (const file of readdirSync(this.folder)) {
      rmSync(join(this.folder, file), { recursive: true });
    }
    for (const [file, text] of Object.entries(this.first)) {
      this.write(file, text);
    }
  }

  /** Runs a program of the copy without a terminal. */
  run(program: string, ...argv: readonly string[]): Promise<ProgramResult> {
    return runProgram(join(this.directory, program), argv, {
      cwd: this.directory,
      env: plainEnvironment({ CDKTF_OUTDIR: join(this.directory, "out") }),
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
