import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ProgramResult, plainEnvironment, runProgram } from "./run-program";

/** The `resource` part of a Terraform configuration in JSON: type, name, attributes. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** What a plan does to one resource, as the recording says it. */
export interface PlannedChange {
  readonly actions: readonly string[];
  readonly replace_paths?: readonly (readonly (string | number)[])[];
}

/** One resource of a state file. */
export interface StateResource {
  readonly type: string;
  readonly name: string;
  readonly instances: readonly {
    readonly schema_version: number;
    readonly status?: string;
    readonly private?: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

/** What `terraform show -json` says about one resource of a plan. */
interface ResourceChange {
  readonly address: string;
  readonly action_reason?: string;
  readonly change: PlannedChange & { readonly after: Readonly<Record<string, unknown>> | null };
}

/** A folder with a configuration, a state, and the terraform that is on PATH, which is handed a running provider. */
export class TerraformFolder {
  private constructor(
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Make the folder and run `terraform init`. */
  static async create(folder: string, reattach: string): Promise<TerraformFolder> {
    await mkdir(folder, { recursive: true });
    // A configuration file that is named but missing makes every command print a warning.
    const env = plainEnvironment({ TF_REATTACH_PROVIDERS: reattach, TF_CLI_CONFIG_FILE: "" });
    const terraform = new TerraformFolder(folder, env);
    await terraform.write({});
    await terraform.mustRun("init");
    return terraform;
  }

  async write(resource: Resources, provider: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const terraform = { required_providers: { docker: { source: "kreuzwerker/docker", version: "4.5.0" } } };
    const blocks = Object.keys(resource).length > 0 ? { resource } : {};
    const configuration = { terraform, provider: { docker: provider }, ...blocks };
    await writeFile(join(this.folder, "main.tf.json"), JSON.stringify(configuration));
  }

  run(command: string, ...argv: readonly string[]): Promise<ProgramResult> {
    return runProgram(terraformBinary(), [command, "-no-color", ...argv], {
      cwd: this.folder,
      env: this.env,
    });
  }

  /** A command whose end is not awaited here. */
  start(command: string, ...argv: readonly string[]): ChildProcess {
    const options: SpawnOptions = { cwd: this.folder, env: this.env, stdio: "ignore" };
    return spawn(terraformBinary(), [command, "-no-color", ...argv], options);
  }

  async mustRun(command: string, ...argv: readonly string[]): Promise<ProgramResult> {
    const result = await this.run(command, ...argv);
    if (result.exitCode !== 0) {
      throw new Error(`terraform ${command} exited ${result.exitCode}:\n${result.output}`);
    }
    return result;
  }

  apply(...argv: readonly string[]): Promise<ProgramResult> {
    return this.mustRun("apply", "-auto-approve", ...argv);
  }

  /** What would change, by address; what would not is left out. */
  async plan(): Promise<Record<string, PlannedChange>> {
    const changes = (await this.changes()).filter(({ change }) => change.actions[0] !== "no-op");
    return Object.fromEntries(
      changes.map(({ address, change: { actions, replace_paths } }) => [
        address,
        { actions, ...(replace_paths === undefined ? {} : { replace_paths: sorted(replace_paths) }) },
      ]),
    );
  }

  async changes(): Promise<readonly ResourceChange[]> {
    await this.mustRun("plan", "-input=false", "-lock=false", "-out=plan");
    const { stdout } = await this.mustRun("show", "-json", "plan");
    return (JSON.parse(stdout) as { resource_changes?: ResourceChange[] }).resource_changes ?? [];
  }

  async state(): Promise<readonly StateResource[]> {
    const text = await readFile(join(this.folder, "terraform.tfstate"), "utf8");
    return (JSON.parse(text) as { resources: StateResource[] }).resources;
  }

  /** The attributes of one resource in the state. */
  async attributes(address: string): Promise<Readonly<Record<string, unknown>>> {
    const found = (await this.state()).find(({ type, name }) => `${type}.${name}` === address);
    const [instance] = found?.instances ?? [];
    if (instance === undefined) {
      throw new Error(`${address} is not in the state`);
    }
    return instance.attributes;
  }
}

function terraformBinary(): string {
  return process.env.TERRAFORM_BINARY_NAME ?? "terraform";
}

/** Paths have no order; this gives them one. */
export function sorted(
  paths: readonly (readonly (string | number)[])[],
): readonly (readonly (string | number)[])[] {
  return [...paths].sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}
