import { randomBytes } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import { type ExecResult, exec, isGone, isNotFound } from "../docker-engine";
import { runThrowAway, streamExec, type ThrowAway, withThrowAway } from "../docker-run";
import { engineImage, type ImageOf } from "../engine-image";
import { errorCode } from "../error-code";
import {
  BackupFileMissing,
  type BackupStore,
  MAX_MANIFEST_BYTES,
  pathInStore,
  type StoredFile,
  StoreFailure,
} from "./backup-store";
import { Digest } from "./digest";
import { Watched } from "./watched";

/**
 * Where the volume is mounted. In the images of Redis it belongs to the user of Redis, and Docker gives an empty volume the
 * owner of the folder that it is mounted over: so that user can write to a new one.
 */
const MOUNT = "/data";

/** STACK. One line `NAME BYTES SECONDS BASE64` a file; `-` in place of what is no manifest. */
const SURVEY = `
cd "${MOUNT}/$1" 2>/dev/null || exit 0
for file in *; do
  case $file in *[!A-Za-z0-9._-]*) continue ;; esac
  [ -f "$file" ] || continue
  facts=$(stat -c '%s %Y' "$file") || continue
  bytes=\${facts% *}
  text=-
  case $file in *.json) [ "$bytes" -gt ${MAX_MANIFEST_BYTES} ] || text=$(base64 "$file" | tr -d '\\n') || exit 1 ;; esac
  printf '%s %s %s\\n' "$file" "$facts" "$text"
done
`;

/** STACK PART. Prints how many bytes it got. */
const RECEIVE = `
set -e
umask 077
mkdir -p "${MOUNT}/$1"
cd "${MOUNT}/$1"
cat >"$2"
sync
stat -c %s "$2"
`;

/** STACK PART NAME. */
const FINISH = `cd "${MOUNT}/$1" && mv "$2" "$3" && sync`;

/** STACK NAME... */
const REMOVE = `cd "${MOUNT}/$1" 2>/dev/null || exit 0; shift; rm -f "$@" && sync`;

/** Free bytes of the file system that volumes are on, or of the mounted one. */
const FREE = `df -P -k "$1" | awk 'END { print $4 }'`;

/** What the way to the engine says when nobody is there any more. */
const ENGINE_GONE = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "EPIPE",
  "ETIMEDOUT",
  "EACCES",
  "ENOTFOUND",
]);

/** Seconds, 2 h: a read that takes longer fails. So long the container stays when this program was killed. */
const LONGEST_READ = "7200";

const READER_GONE =
  "its reader is gone: reading took longer than two hours, or somebody removed the container";

/** A Docker volume: `<stack>/<name>` in it, as the schedule of a stack writes it. Needs the image of the stack's server, deployed or configured. */
export class VolumeStore implements BackupStore {
  readonly where: string;

  constructor(
    private readonly docker: Docker,
    private readonly volume: string,
    private readonly server: ImageOf,
  ) {
    this.where = `volume:${volume}`;
  }

  async list(stack: string): Promise<readonly string[]> {
    return (await this.survey(stack)).map(({ name }) => name);
  }

  async survey(stack: string): Promise<readonly StoredFile[]> {
    const folder = pathInStore(stack);
    if (!(await this.exists())) {
      return [];
    }
    const { stdout } = await this.run([SURVEY, folder]);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const [name = "", bytes = "", seconds = "", text = "-"] = line.split(" ");
        const file = { name, bytes: Number(bytes), changedAt: new Date(Number(seconds) * 1000) };
        return text === "-" ? file : { ...file, text: Buffer.from(text, "base64").toString("utf8") };
      });
  }

  /** The stream fails with StoreFailure when it was not read to its end within two hours. */
  async read(stack: string, name: string): Promise<Readable> {
    const file = pathInStore(stack, name);
    if (!(await this.exists())) {
      throw new BackupFileMissing(this.where, file);
    }
    const definition = await this.containerOf(["sleep", LONGEST_READ]).catch((error: unknown) => {
      throw this.failure(error);
    });
    const output = new PassThrough();
    let isHandedOut = false;
    return new Promise<Readable>((resolve, reject) => {
      withThrowAway(this.docker, definition, async (container) => {
        const { exitCode } = await exec(container, ["test", "-f", `${MOUNT}/${file}`]);
        if (exitCode !== 0) {
          throw new BackupFileMissing(this.where, file);
        }
        const { stdout, finished } = await streamExec(container, ["cat", `${MOUNT}/${file}`]);
        isHandedOut = true;
        resolve(output);
        await pipeline(stdout, output, { end: false });
        this.succeeded(await finished);
      }).then(
        () => output.end(),
        (error: unknown) => {
          const failure = isHandedOut && isGone(error) ? this.failed(READER_GONE) : this.failure(error);
          if (isHandedOut) {
            output.destroy(failure);
          } else {
            reject(failure);
          }
        },
      );
    });
  }

  async write(stack: string, name: string, content: Readable): Promise<void> {
    pathInStore(stack, name);
    const part = `${name}.part-${randomBytes(4).toString("hex")}`;
    const digest = new Digest();
    const input = new Watched();
    try {
      const { stdout } = await this.run(
        [RECEIVE, stack, part],
        Readable.from(input.of(digest.of(content)), { objectMode: false }),
      );
      if (Number(stdout) !== digest.length) {
        throw this.failed(`took ${stdout.trim()} of ${digest.length} bytes`);
      }
      await this.run([FINISH, stack, part, name]);
    } catch (error) {
      content.destroy();
      await this.run([REMOVE, stack, part]).catch(() => undefined); // the first failure is the one to tell
      throw input.failure ?? error;
    }
  }

  async remove(stack: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      pathInStore(stack, name);
    }
    if (names.length > 0 && (await this.exists())) {
      await this.run([REMOVE, stack, ...names]);
    }
  }

  /** A volume that is not there yet will be on the disk of the containers, and asking does not make it. */
  async free(): Promise<number> {
    const { stdout } = (await this.exists())
      ? await this.run([FREE, MOUNT])
      : await this.run([FREE, "/"], undefined, []);
    return Number(stdout) * 1024;
  }

  private async exists(): Promise<boolean> {
    try {
      await this.docker.getVolume(this.volume).inspect();
      return true;
    } catch (error) {
      if (isNotFound(error)) {
        return false;
      }
      throw this.failure(error);
    }
  }

  /** Runs a script, with its arguments, in a container that has the volume. */
  private async run(
    [script = "", ...args]: readonly string[],
    stdin?: Readable,
    binds = this.binds(),
  ): Promise<ExecResult> {
    try {
      const argv = ["sh", "-c", script, "redis-ops", ...args];
      return this.succeeded(
        await runThrowAway(this.docker, { ...(await this.containerOf(argv)), binds }, stdin),
      );
    } catch (error) {
      throw this.failure(error);
    }
  }

  private async containerOf(argv: readonly string[]): Promise<ThrowAway> {
    return { image: await engineImage(this.docker, this.server), argv, binds: this.binds() };
  }

  private binds(): readonly string[] {
    return [`${this.volume}:${MOUNT}`];
  }

  private succeeded<T extends Pick<ExecResult, "exitCode" | "stderr">>(result: T): T {
    if (result.exitCode !== 0) {
      const last = result.stderr.trim().split("\n").at(-1) ?? "";
      throw this.failed(last === "" ? `exit code ${result.exitCode}` : last);
    }
    return result;
  }

  private failed(reason: string): StoreFailure {
    const next = /space/i.test(reason)
      ? "make room on the disk of the Docker engine, or choose another place with --at"
      : `look at docker volume inspect ${this.volume}`;
    return new StoreFailure(this.where, reason, next);
  }

  /** What the engine does not do is a failure of the store; anything else is thrown as it is. */
  private failure(error: unknown): Error {
    if (isNotFound(error)) {
      return new StoreFailure(
        this.where,
        `the Docker engine has no image ${this.server.image}`,
        `docker pull ${this.server.image}, or in the lab bin/up`,
      );
    }
    if (error instanceof Error && "statusCode" in error) {
      return new StoreFailure(this.where, error.message, "look at docker ps and docker info");
    }
    const code = errorCode(error);
    if (code !== undefined && ENGINE_GONE.has(code)) {
      return new StoreFailure(this.where, `no answer from the Docker engine (${code})`, "start Docker");
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}
