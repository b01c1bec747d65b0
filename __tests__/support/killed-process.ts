import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { join } from "node:path";
import type { CommandOrder } from "./command-child";
import { eventually } from "./eventually";
import { nodeOptions } from "./node-options";
import { plainEnvironment } from "./run-program";
import { repository } from "./stack-fixtures";

export interface Ended {
  /** Null: it was killed. */
  readonly exitCode: number | null;
  readonly output: string;
}

/** A program in a process group of its own, which can be killed as a whole. */
export class KilledProcess {
  readonly ended: Promise<Ended>;
  output = "";
  private readonly child: ChildProcess;

  constructor(program: string, argv: readonly string[], options: SpawnOptions) {
    this.child = spawn(program, argv, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
    this.child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve, reject) => {
      this.child
        .on("error", reject)
        .on("close", (exitCode) => resolve({ exitCode, output: this.output.trim() }));
    });
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  /** `kill -9` of it and of all that it has started. */
  kill(): void {
    try {
      process.kill(-(this.child.pid ?? 0), "SIGKILL");
    } catch {
      // It has come to its end.
    }
  }
}

/** A command of `redis-ops` whose code is loaded: it does its work from the moment of its order. */
export class CommandProcess extends KilledProcess {
  constructor(serviceFile: string) {
    const argv = [...nodeOptions, join(__dirname, "command-child.ts"), serviceFile];
    super(process.execPath, argv, { cwd: repository, env: plainEnvironment() });
  }

  async isReady(): Promise<this> {
    await eventually(
      () => this.output,
      (text) => text.includes("ready"),
    );
    this.output = "";
    return this;
  }

  order(order: CommandOrder): void {
    this.write(`${JSON.stringify(order)}\n`);
  }
}
