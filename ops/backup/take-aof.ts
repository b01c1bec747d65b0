import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import tar from "tar-stream";
import type { AuthProps } from "../../core/redis-stack-props";
import { exec } from "../docker-engine";
import { streamExec } from "../docker-run";
import { parseInfo } from "../look/info";
import { redisCommand } from "../redis-command";
import type { Terminal } from "../terminal";
import type { BackupSource } from "./backup-source";
import { NotTaken } from "./failures";
import { rdbVersionOf, type Taken, type TakenFacts } from "./take-rdb";

/** Folder of the files in the archive, whatever it is called on the server. */
const FOLDER = "appendonlydir";
const REWRITE = "auto-aof-rewrite-percentage";
const DEFAULT_REWRITE = "100";
const TOLD_EVERY_MS = 2000;
/** For how long writing clients wait at most, also when this program is killed meanwhile. */
const PAUSE_MS = 1000;
const BUFFER_LOOKS = 10;
const MEASURES = 3;

export interface AofHolding {
  readonly source: BackupSource;
  readonly auth: AuthProps;
  readonly terminal: Terminal;
  readonly stop: AbortSignal;
}

interface AofFile {
  readonly name: string;
  readonly bytes: number;
}

/** The server's append-only set, while nothing rewrites it. */
export class AofSet {
  private constructor(
    private readonly source: BackupSource,
    private readonly auth: AuthProps,
    private readonly percentage: string,
  ) {}

  /**
   * Waits until no rewrite of the append-only file runs, and keeps the server from one until `use` has ended. Then the
   * setting is put back that the server was started with; so a 0 that a killed run left goes as well.
   * @throws NotTaken when the server refuses, the reason of `stop` when it is given, and what `use` throws
   */
  static async held<T>(
    { source, auth, terminal, stop }: AofHolding,
    use: (set: AofSet) => Promise<T>,
  ): Promise<T> {
    const set = new AofSet(source, auth, source.conf.directive(REWRITE) ?? DEFAULT_REWRITE);
    let result: T;
    try {
      await set.config("SET", REWRITE, "0");
      await set.untilNoRewrite(terminal, stop);
      result = await use(set);
    } catch (error) {
      await set.release().catch(() => undefined); // the first failure is the one to tell
      throw error;
    }
    await set.release();
    return result;
  }

  private async release(): Promise<void> {
    await this.config("SET", REWRITE, this.percentage);
  }

  /** The whole set as a tar archive, each file as long as it was at one moment between two writes. */
  async take(): Promise<Taken> {
    const { manifest, files } = await this.measure();
    const pack = tar.pack();
    const facts: TakenFacts = {};
    const packed = this.pack(pack, manifest, files, facts);
    packed.catch((error: Error) => pack.destroy(error));
    return { content: Readable.from(pack, { objectMode: false }), facts };
  }

  private async pack(
    pack: tar.Pack,
    manifest: AofFile & { readonly text: string },
    files: readonly AofFile[],
    facts: TakenFacts,
  ): Promise<void> {
    const owner = { uid: 999, gid: 1000, mtime: new Date(0) };
    pack.entry({ ...owner, name: `${FOLDER}/`, type: "directory", mode: 0o700 });
    for (const { name, bytes } of files) {
      const entry = pack.entry({ ...owner, name: `${FOLDER}/${name}`, size: bytes, mode: 0o600 });
      const look = (head: string) => {
        if (name === files[0]?.name) {
          facts.rdbVersion = rdbVersionOf(head);
        }
      };
      await pipeline(Readable.from(this.read(name, bytes, look), { objectMode: false }), entry);
    }
    // What is named in it must still be what was copied.
    const { text } = (await this.measure()).manifest;
    if (text !== manifest.text) {
      throw new NotTaken("somebody has rewritten the append-only file meanwhile");
    }
    pack.entry({ ...owner, name: `${FOLDER}/${manifest.name}`, mode: 0o600 }, text);
    pack.finalize();
  }

  private async *read(name: string, bytes: number, look: (head: string) => void): AsyncGenerator<Buffer> {
    const path = `${this.folder}/${name}`;
    const { stdout, finished } = await streamExec(this.source.container, ["head", "-c", `${bytes}`, path]);
    let read = 0;
    for await (const chunk of stdout as AsyncIterable<Buffer>) {
      if (read === 0) {
        look(chunk.toString("latin1", 0, 9));
      }
      read += chunk.length;
      yield chunk;
    }
    const { exitCode, stderr } = await finished;
    if (exitCode !== 0 || read !== bytes) {
      throw new NotTaken(`${path}: ${read} of ${bytes} bytes could be read. ${stderr.trim()}`);
    }
  }

  private get folder(): string {
    return `/data/${unquoted(this.source.conf.directive("appenddirname")) ?? "appendonlydir"}`;
  }

  /**
   * Sizes at a moment at which Redis writes nothing: writing clients wait for it, some ten milliseconds and never more than
   * a second. Otherwise a file could end within a command, and within a transaction.
   * @throws NotTaken when there was no such moment
   */
  private async measure() {
    for (let tries = 0; tries < MEASURES; tries++) {
      const measured = await this.measureOnce();
      if (measured !== undefined) {
        return measured;
      }
    }
    throw new NotTaken(
      "there was no moment at which all that was written lay in the append-only file: try again when the machine has less to do",
    );
  }

  /** Undefined when Redis may have been writing. */
  private async measureOnce() {
    const name = `${unquoted(this.source.conf.directive("appendfilename")) ?? "appendonly.aof"}.manifest`;
    const started = performance.now(); // the pause begins later, and so ends later
    const isPaused = (await this.redis("CLIENT", "PAUSE", `${PAUSE_MS}`, "WRITE")).trim() === "OK";
    if (!isPaused) {
      throw new NotTaken("the server does not take CLIENT PAUSE");
    }
    try {
      if (!(await this.hasEmptyBuffer())) {
        return undefined;
      }
      const { exitCode, stdout, stderr } = await exec(this.source.container, [
        "sh",
        "-c",
        'cd "$1" && cat "$2" && echo && stat -c "%s %n" -- *',
        "redis-ops",
        this.folder,
        name,
      ]);
      if (exitCode !== 0) {
        throw new NotTaken(`${this.folder}: ${stderr.trim()}`);
      }
      if (performance.now() - started >= PAUSE_MS) {
        return undefined;
      }
      const at = stdout.lastIndexOf("\n\n") + 1;
      const text = stdout.slice(0, at);
      const sizes = new Map(
        [...stdout.slice(at).matchAll(/^(\d+) (.+)$/gm)].map(([, bytes, file]) => [
          file ?? "",
          Number(bytes),
        ]),
      );
      const files = filesIn(text).map((file) => ({ name: file, bytes: sizes.get(file) ?? -1 }));
      const missing = files.find(({ bytes }) => bytes < 0);
      if (files.length === 0 || missing !== undefined) {
        throw new NotTaken(`${this.folder}/${name} names ${missing?.name ?? "no file"}, which is not there`);
      }
      return { manifest: { name, bytes: text.length, text }, files };
    } finally {
      await this.redis("CLIENT", "UNPAUSE");
    }
  }

  /** Whether all that was written was handed to the operating system, soon. */
  private async hasEmptyBuffer(): Promise<boolean> {
    for (let looks = 0; looks < BUFFER_LOOKS; looks++) {
      if ((await this.persistence()).get("aof_buffer_length") === "0") {
        return true;
      }
      await sleep(20);
    }
    return false;
  }

  private async untilNoRewrite(terminal: Terminal, stop: AbortSignal): Promise<void> {
    const started = Date.now();
    for (let announced = TOLD_EVERY_MS; ; await sleep(100)) {
      stop.throwIfAborted();
      const info = await this.persistence();
      if (info.get("aof_rewrite_in_progress") === "0" && info.get("aof_rewrite_scheduled") === "0") {
        return;
      }
      if (Date.now() - started >= announced) {
        terminal.err(`waiting for a rewrite of the append-only file, ${Math.floor(announced / 1000)} s`);
        announced += TOLD_EVERY_MS;
      }
    }
  }

  private async persistence() {
    return parseInfo(await this.redis("INFO", "persistence"));
  }

  private config(...argv: readonly string[]): Promise<string> {
    return this.redis("CONFIG", ...argv);
  }

  /** As user `ops`, by the name that the command answers to. */
  private async redis(command: string, ...argv: readonly string[]): Promise<string> {
    const name = this.source.conf.commandName(command);
    if (name === undefined) {
      throw new NotTaken(`${command} is disabled, and a backup of the append-only file needs it`);
    }
    const { exitCode, stdout, stderr } = await redisCommand(this.source.container, this.auth, [
      name,
      ...argv,
    ]);
    if (exitCode !== 0) {
      throw new NotTaken(`${command} ${argv.join(" ")}: ${stderr.trim() || stdout.trim()}`);
    }
    return stdout;
  }
}

/** Files that the manifest of an append-only set names: base first, as Redis writes it. */
function filesIn(manifest: string): readonly string[] {
  return [...manifest.matchAll(/^file (\S+) seq \d+ type [bi]/gm)].map(([, name]) => unquoted(name) ?? "");
}

function unquoted(value: string | undefined): string | undefined {
  return value === undefined ? undefined : value.replace(/^"(.*)"$/, "$1");
}
