import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import type Docker from "dockerode";
import { loadStacks } from "../../config/load-stacks";
import type { ResolvedStack } from "../../config/resolve-stack";
import type { Service } from "../../config/service";
import { RedisStack } from "../../constructs/redis-stack";
import { type ExecResult, exec } from "../../ops/docker-engine";
import { redisCommand } from "../../ops/redis-command";
import { terraformBinary, terraformEnvironment } from "../../ops/terraform";
import { LAB_ENGINE, type Scratch } from "./scratch";

const ROOT = join(__dirname, "..", "..");
const TEMPLATE = readFileSync(join(ROOT, "redis.conf.tpl"), "utf8");
const START_SCRIPT = readFileSync(join(ROOT, "constructs", "redis-start.sh"), "utf8");

/** What a run of Terraform said. */
export interface TerraformResult extends ExecResult {
  /** Both streams, for messages. */
  readonly output: string;
}

export interface Plan {
  readonly isEmpty: boolean;
  /** As Terraform shows it to a reviewer. */
  readonly text: string;
}

/** One service with one environment, synthesized by the product's own code and deployed by real Terraform. */
export class TestStack {
  stack: ResolvedStack;

  constructor(
    private readonly scratch: Scratch,
    service: Service,
  ) {
    this.stack = this.write(service);
  }

  /** The folder with `cdk.tf.json` that Terraform runs in. */
  get directory(): string {
    return join(this.scratch.folder, "cdktf.out", "stacks", this.stack.id);
  }

  /** What an edit of the service's file does: the stack is decided and synthesized anew. */
  write(service: Service): ResolvedStack {
    const [stack] = loadStacks({ template: TEMPLATE, engine: LAB_ENGINE, services: [service] });
    if (stack === undefined) {
      throw new Error(`${service.name} has no environment`);
    }
    const app = new App({ outdir: join(this.scratch.folder, "cdktf.out"), stackTraces: false });
    new RedisStack(app, stack.id, {
      values: stack.props,
      template: TEMPLATE,
      startScript: START_SCRIPT,
    });
    app.synth();
    this.stack = stack;
    return stack;
  }

  get container(): Docker.Container {
    return this.scratch.docker.getContainer(this.stack.props.server.containerName);
  }

  /** Runs Terraform in the stack's folder, whatever it returns. */
  terraform(...argv: readonly string[]): Promise<TerraformResult> {
    return new Promise((resolve, reject) => {
      execFile(
        terraformBinary(),
        [...argv, "-no-color"],
        { cwd: this.directory, env: this.environment(), maxBuffer: 64 * 1024 ** 2 },
        (error, stdout, stderr) => {
          const exitCode = error === null ? 0 : error.code;
          if (typeof exitCode === "number") {
            resolve({ exitCode, stdout, stderr, output: stdout + stderr });
          } else {
            reject(error);
          }
        },
      );
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

  /** Runs a command of Redis in the container, as `redis-ops` does, and returns the reply. */
  async redis(...command: readonly string[]): Promise<string> {
    const { stdout } = await redisCommand(this.container, this.stack.props.server.auth, command);
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

  /** Without what a developer's shell has set for Terraform runs of its own. */
  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.entries(terraformEnvironment()).filter(
      ([name]) => !/^TF_(CLI_ARGS|DATA_DIR|WORKSPACE|VAR_)/.test(name),
    );
    return {
      ...Object.fromEntries(inherited),
      CHECKPOINT_DISABLE: "1",
      TF_REATTACH_PROVIDERS: this.scratch.provider.reattach,
    };
  }
}
