import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

/** A program in a terminal of its own, which a test reads and types into as a person does. */
export class Conversation {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly ended: Promise<number>;
  private text = "";
  private read = 0;
  private heard = () => {};

  /** `script` gives the program a pseudo-terminal; its options are different on Linux and macOS. */
  constructor(program: string, argv: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    const line = [program, ...argv].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const words =
      process.platform === "linux" ? ["-qec", line, "/dev/null"] : ["-q", "/dev/null", "sh", "-c", line];
    this.child = spawn("script", words, { ...options, detached: true });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.text += text;
      this.heard();
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject).on("close", (code) => {
        resolve(code ?? 128);
        this.heard();
      });
    });
  }

  /** All that the terminal has shown so far, without colours and movements. */
  get shown(): string {
    return stripVTControlCharacters(this.text).replaceAll("\r", "");
  }

  /** Waits until this is shown, after what was waited for before, and types `keys`. */
  async answer(question: string, keys: string, seconds = 20): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!this.shown.slice(this.read).includes(question)) {
      const left = deadline - Date.now();
      if (left <= 0 || this.child.exitCode !== null) {
        throw new Error(`${JSON.stringify(question)} was not shown:\n${this.shown.slice(this.read)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.read = this.shown.indexOf(question, this.read) + question.length;
    this.child.stdin.write(keys);
  }

  /** The program's exit code, when it has ended. */
  async end(): Promise<number> {
    const exitCode = await this.ended;
    this.child.stdin.end();
    return exitCode;
  }

  /** Ends what is still running. */
  stop(): void {
    if (this.child.exitCode === null && this.child.pid !== undefined) {
      process.kill(-this.child.pid, "SIGKILL");
    }
  }
}
