import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CreateOptions } from "../../ops/backup/create-backup";
import { nodeOptions } from "./node-options";
import { plainEnvironment } from "./run-program";
import { repository } from "./stack-fixtures";
import type { BackupOrder } from "./take-backup";
import type { TestStack } from "./test-stack";

/** `redis-ops backup create` in a process of its own, which can be killed. */
export class BackupProcess {
  readonly ended: Promise<{ readonly exitCode: number | null; readonly out: string; readonly err: string }>;
  private readonly child: ChildProcess;
  private readonly folder: string;

  /** @param limit - shell command that comes before, such as `ulimit -f 100`. @default - none */
  constructor(
    stack: TestStack,
    private readonly options: CreateOptions & { readonly at: string },
    order: string,
    limit = ":",
  ) {
    const content: BackupOrder = { service: stack.resolved.service, options };
    writeFileSync(order, JSON.stringify(content));
    this.folder = join(options.at, stack.resolved.id);
    const program = [process.execPath, ...nodeOptions, join(__dirname, "take-backup.ts"), order];
    this.child = spawn("sh", ["-c", `${limit}; exec "$@"`, "sh", ...program], {
      cwd: repository,
      env: plainEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const heard = { out: "", err: "" };
    this.child.stdout?.on("data", (text: Buffer) => {
      heard.out += text;
    });
    this.child.stderr?.on("data", (text: Buffer) => {
      heard.err += text;
    });
    this.ended = new Promise((resolve) => {
      this.child.on("close", (exitCode) => resolve({ exitCode, ...heard }));
    });
  }

  /** Files of the stack in the store, which is a directory. */
  get files(): readonly string[] {
    return existsSync(this.folder) ? readdirSync(this.folder) : [];
  }

  /** Waits until data is being written. */
  async untilWriting(): Promise<void> {
    const before = this.files;
    let hasEnded = false;
    void this.ended.then(() => {
      hasEnded = true;
    });
    const isWritten = (file: string) =>
      !before.includes(file) && statSync(join(this.folder, file), { throwIfNoEntry: false })?.size;
    while (!this.files.some(isWritten)) {
      if (hasEnded) {
        const { out, err } = await this.ended;
        throw new Error(`nothing was written to ${this.options.at}: ${out}${err}`);
      }
      await sleep(2);
    }
  }

  kill(signal: "SIGKILL" | "SIGTERM"): void {
    this.child.kill(signal);
  }
}
