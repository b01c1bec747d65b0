import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { services } from "../../config/services";
import { freePorts } from "./free-ports";
import { occupiedBy, renamer } from "./project-names";
import { type ProgramOptions, type ProgramResult, plainEnvironment, runProgram } from "./run-program";

const PROJECT = join(__dirname, "..", "..");

/**
 * This project once more, in a folder of its own, with names and ports that nothing else on the Docker engine
 * has: so a test can run `bin/up` and all the rest as a user does, beside the user's own stacks.
 */
export class ProjectCopy {
  /** Its files: what git tracks or would track; `node_modules` is the project's own. */
  readonly directory: string;
  /** Every container, network and volume that comes out of it begins with this. */
  readonly prefix: string;
  /** Names and ports of the project to those of the copy. */
  readonly rename: (text: string) => string;
  private readonly parent: string;

  private constructor(prefix: string, ports: ReadonlyMap<number, number>, folder: string) {
    this.prefix = prefix;
    this.rename = renamer(occupiedBy(services), prefix, ports);
    this.parent = mkdtempSync(join(tmpdir(), `${prefix}-`));
    this.directory = join(this.parent, folder);
  }

  /** @param folder name of the project's folder; one with a blank finds forgotten quotes */
  static async make(folder = "redis on docker"): Promise<ProjectCopy> {
    const prefix = `copy${randomBytes(3).toString("hex")}`;
    const { ports } = occupiedBy(services);
    const free = await freePorts(ports.length);
    const copy = new ProjectCopy(prefix, new Map(ports.map((port, i) => [port, free[i] ?? 0])), folder);
    try {
      copy.copyFiles();
      copy.renameServices();
      // The health of services that say nothing about it is checked every second, so that tests wait for less.
      copy.edit("config/defaults.ts", 'interval: "5 s"', 'interval: "1 s"');
      return copy;
    } catch (error) {
      rmSync(copy.parent, { recursive: true, force: true });
      throw error;
    }
  }

  /** Runs a program of the copy, such as `bin/up`; names in `argv` are renamed. */
  run(
    program: string,
    argv: readonly string[] = [],
    options: Partial<ProgramOptions> = {},
  ): Promise<ProgramResult> {
    return runProgram(
      join(this.directory, program),
      argv.map((word) => this.rename(word)),
      { cwd: this.directory, env: plainEnvironment(), ...options },
    );
  }

  /** Runs a line for bash in the copy's folder; names in it are renamed. */
  shell(line: string, options: Partial<ProgramOptions> = {}): Promise<ProgramResult> {
    return runProgram("bash", ["-c", this.rename(line)], {
      cwd: this.directory,
      env: plainEnvironment(),
      ...options,
    });
  }

  /** Changes a file of the copy; it is an error when that changes nothing. Names are renamed. */
  edit(file: string, from: string, to: string): void {
    const path = join(this.directory, this.rename(file));
    const before = readFileSync(path, "utf8");
    const after = before.replace(this.rename(from), () => this.rename(to));
    if (after === before) {
      throw new Error(`${file} does not contain ${JSON.stringify(from)}`);
    }
    writeFileSync(path, after);
  }

  /** What it has made on the engine so far. */
  made(): Readonly<Record<"containers" | "networks" | "volumes", readonly string[]>> {
    const list = (...argv: string[]) =>
      execFileSync("docker", [...argv, "--filter", `name=${this.prefix}`], {
        encoding: "utf8",
        env: plainEnvironment(),
      })
        .split("\n")
        .filter((name) => name.startsWith(this.prefix))
        .sort();
    return {
      containers: list("ps", "--all", "--format", "{{.Names}}"),
      networks: list("network", "ls", "--format", "{{.Name}}"),
      volumes: list("volume", "ls", "--format", "{{.Name}}"),
    };
  }

  /** Stops its lab and removes what it has made on the engine, and its folder. */
  async cleanUp(): Promise<void> {
    try {
      await this.run("bin/lab", ["down"]);
      const { containers, networks, volumes } = this.made();
      remove(["rm", "--force", "--volumes"], containers);
      remove(["network", "rm"], networks);
      remove(["volume", "rm"], volumes);
    } finally {
      rmSync(this.parent, { recursive: true, force: true });
    }
  }

  private copyFiles(): void {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: PROJECT,
      encoding: "utf8",
    });
    for (const file of listed.split("\0")) {
      const from = join(PROJECT, file);
      const stat = lstatSync(from, { throwIfNoEntry: false });
      if (stat?.isFile()) {
        const to = join(this.directory, file);
        mkdirSync(dirname(to), { recursive: true });
        copyFileSync(from, to);
        chmodSync(to, stat.mode);
      }
    }
    if (!existsSync(join(PROJECT, "node_modules", ".package-lock.json"))) {
      throw new Error("no node_modules made by npm: run npm ci");
    }
    symlinkSync(join(PROJECT, "node_modules"), join(this.directory, "node_modules"));
    // Never newer than node_modules: or the copy's programs would run npm ci, and so empty the project's own.
    utimesSync(join(this.directory, "package-lock.json"), 0, 0);
  }

  /** The service files, and the stack that the programs take when none is named. */
  private renameServices(): void {
    const services = readdirSync(join(this.directory, "config", "services"), { withFileTypes: true });
    const programs = readdirSync(join(this.directory, "bin"), { withFileTypes: true });
    for (const { parentPath, name } of [...services, ...programs]) {
      const path = join(parentPath, name);
      writeFileSync(path, this.rename(readFileSync(path, "utf8")));
      renameSync(path, join(parentPath, this.rename(name)));
    }
  }
}

function remove(argv: readonly string[], names: readonly string[]): void {
  if (names.length > 0) {
    execFileSync("docker", [...argv, ...names], { stdio: "pipe", env: plainEnvironment() });
  }
}
