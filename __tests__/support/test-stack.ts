import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import type Docker from "dockerode";
import type { EnvironmentName } from "../../config/environments";
import { loadStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Service } from "../../config/service";
import { RedisStack } from "../../constructs/redis-stack";
import type { RedisStackProps } from "../../core/redis-stack-props";
import type { SizeText } from "../../core/size";
import { verify } from "../../ops/commands/verify";
import { type ExecResult, exec } from "../../ops/docker-engine";
import { redisCommand } from "../../ops/redis-command";
import { initSecrets } from "../../ops/stack-secrets";
import { terraformBinary } from "../../ops/terraform";
import { recorded } from "./recorded";
import { edited, renamed } from "./renamed-service";
import { type ProgramResult, plainEnvironment, runProgram } from "./run-program";
import { LAB_ENGINE, type Scratch } from "./scratch";
import { backupScript, startScript, template, today } from "./stack-fixtures";

export interface Plan {
  readonly isEmpty: boolean;
  /** As Terraform shows it to a reviewer. */
  readonly text: string;
}

/** One service with one environment, synthesized by the product's own code and deployed by real Terraform. */
export class TestStack {
  /** As the last `write` decided it. */
  resolved: ResolvedStack;

  constructor(
    private readonly scratch: Scratch,
    service: Service,
  ) {
    this.resolved = this.write(service);
  }

  get props(): RedisStackProps {
    return this.resolved.props;
  }

  /** A small one of `original`, with its secrets, deployed. */
  static async deploySmall(
    scratch: Scratch,
    original: Service,
    environment: EnvironmentName,
    maxmemory: SizeText = "64 MiB",
  ): Promise<TestStack> {
    const small = edited(await renamed(original, environment, scratch), { memory: { maxmemory } });
    const stack = new TestStack(scratch, small);
    await initSecrets(scratch.docker, stack.props);
    await stack.deploy();
    return stack;
  }

  /** The folder with `cdk.tf.json` that Terraform runs in. */
  get directory(): string {
    return join(this.scratch.folder, "cdktf.out", "stacks", this.resolved.id);
  }

  /** What an edit of the service's file does: the stack is decided and synthesized anew. */
  write(service: Service): ResolvedStack {
    const [stack] = loadStacks({ template, today, engine: LAB_ENGINE, services: [service] });
    if (stack === undefined) {
      throw new Error(`${service.name} has no environment`);
    }
    const app = new App({ outdir: join(this.scratch.folder, "cdktf.out"), stackTraces: false });
    new RedisStack(app, stack.id, { values: stack.props, template, startScript, backupScript });
    app.synth();
    this.resolved = stack;
    return stack;
  }

  get docker(): Docker {
    return this.scratch.docker;
  }

  get container(): Docker.Container {
    return this.docker.getContainer(this.props.server.containerName);
  }

  /** Runs Terraform in the stack's folder, whatever it returns. */
  terraform(...argv: readonly string[]): Promise<ProgramResult> {
    return runProgram(terraformBinary(), [...argv, "-no-color"], {
      cwd: this.directory,
      env: plainEnvironment({
        TF_REATTACH_PROVIDERS: this.scratch.provider.reattach,
        TF_CLI_CONFIG_FILE: "",
      }),
    });
  }

  /** `terraform init` and `apply`, as the first deploy of a stack. */
  async deploy(): Promise<string> {
    await this.init();
    return this.apply();
  }

  async init(): Promise<void> {
    mkdirSync(join(this.scratch.folder, "state"), { recursive: true });
    await this.succeed("init", "-input=false");
  }

  async plan(): Promise<Plan> {
    const { exitCode, output } = await this.terraform(
      "plan",
      "-input=false",
      "-detailed-exitcode",
      "-out=plan",
    );
    if (exitCode !== 0 && exitCode !== 2) {
      throw new Error(output);
    }
    return { isEmpty: exitCode === 0, text: output };
  }

  apply(): Promise<string> {
    return this.succeed("apply", "-input=false", "-auto-approve");
  }

  /** Waits for `redis-ops verify`, as `bin/up` does: the provider does not wait after a start in place. */
  async becomeHealthy(): Promise<void> {
    const { exitCode, output } = await recorded((terminal) =>
      verify(this.resolved, { timeoutSeconds: 30, files: false, json: false }, terminal),
    );
    if (exitCode !== 0) {
      throw new Error(output);
    }
  }

  /** Runs a command of Redis in the container, as `redis-ops` does, and returns the reply. */
  async redis(...command: readonly string[]): Promise<string> {
    const { stdout } = await redisCommand(this.container, this.props.server.auth, command);
    return stdout.trim();
  }

  /** Runs a program in the server's container. */
  exec(...argv: readonly string[]): Promise<ExecResult> {
    return exec(this.container, argv);
  }

  private async succeed(...argv: readonly string[]): Promise<string> {
    const { exitCode, output } = await this.terraform(...argv);
    if (exitCode !== 0) {
      throw new Error(`terraform ${argv.join(" ")}: exit code ${exitCode}\n${output}`);
    }
    return output;
  }
}
