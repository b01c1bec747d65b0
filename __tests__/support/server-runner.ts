import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { RedisServerProps } from "../../core/redis-stack-props";
import { LAB_IMAGE } from "./scratch";
import { startScript } from "./stack-fixtures";

/** What one start of Redis came to. */
export interface Observed {
  /** Of `CONFIG GET *`; undefined when Redis did not answer. */
  readonly config: Readonly<Record<string, string>> | undefined;
  /** After SHUTDOWN, or SIGTERM where nobody may call it. */
  readonly exitCode: number;
  readonly log: string;
}

export interface RunnerOptions {
  readonly docker: Docker;
  /** Path on this machine of another redis-server than the image's. */
  readonly binary?: string | undefined;
}

/** Longest time from a configuration to its end, in milliseconds: a hang is a failure. */
const TIMEOUT = 20_000;

/** What the files of `/run/secrets` hold. */
export const SECRETS = {
  redis_password: 'sesame "open" \\ #1 $HOME',
  redis_ops_password: "the password of ops",
  redis_backup_password: "the password of backups",
  redis_exporter_password: "the password of the exporter",
} as const;

/**
 * Reads cases from its input, one a line: user, names of CONFIG and SHUTDOWN (`-`: nobody may call it), redis.conf in
 * base64. Writes one line for each: exit code, reply and log in base64. Between two cases nothing is left.
 */
const DRIVER = `
umask 077
${Object.entries(SECRETS)
  .map(([name, secret]) => `printf %s '${secret}' >/run/secrets/${name}`)
  .join("\n")}
while read -r user config shutdown text; do
  : >/tmp/reply
  sh -c "$1" redis-start "$(printf %s "$text" | base64 -d)" >/tmp/log 2>&1 &
  server=$!
  if [ "$user" = ops ]; then
    REDISCLI_AUTH=$(cat /run/secrets/redis_ops_password); export REDISCLI_AUTH
    set -- "$1" --user ops --no-auth-warning
  else
    unset REDISCLI_AUTH
    set -- "$1"
  fi
  script=$1; shift
  while kill -0 $server 2>/dev/null; do
    redis-cli --json "$@" "$config" GET '*' >/tmp/reply 2>/dev/null && break
    usleep 2000
  done
  if [ "$shutdown" = - ]; then
    kill $server 2>/dev/null
  else
    redis-cli "$@" "$shutdown" NOSAVE >/dev/null 2>&1
  fi
  wait $server
  printf '%s %s %s\\n' $? "$(base64 -w0 /tmp/reply)" "$(base64 -w0 /tmp/log)"
  set -- "$script"
  rm -rf /data/* /usr/local/etc/redis/* /tmp/reply /tmp/log
done
`;

const OWNED = "uid=999,gid=1000";

/**
 * Starts redis-server again and again in one container like the product's: the same start script and user, the same
 * tmpfs, a root that cannot be written to, no privileges, and no network at all.
 */
export class ServerRunner {
  private container: Docker.Container | undefined;
  private input: NodeJS.WritableStream | undefined;
  private answers: AsyncIterator<string> | undefined;

  constructor(private readonly options: RunnerOptions) {}

  /** Files that a process may have open in such a container: Redis keeps 32 of them for itself. */
  async openFiles(): Promise<number> {
    const { container, output } = await this.create(["sh", "-c", "ulimit -Hn"]);
    await container.start();
    await container.wait();
    const [line = ""] = output.read()?.toString().split("\n") ?? [];
    return line === "unlimited" ? Number.MAX_SAFE_INTEGER : Number(line);
  }

  /** Starts Redis with this redis.conf, asks for its configuration, and stops it. */
  async observe(redisConf: string, server: RedisServerProps): Promise<Observed> {
    const user = server.auth.mode === "none" ? "default" : "ops";
    const named = (command: string) =>
      server.disabledCommands.includes(command) ? "-" : (server.renamedCommands[command] ?? command);
    // Who may not ask is not answered: the rest of the same configuration is looked at without that line.
    const isSilent = named("CONFIG") === "-";
    const asked = isSilent ? redisConf.replace('rename-command CONFIG ""\n', "") : redisConf;
    const line = [
      user,
      isSilent ? "CONFIG" : named("CONFIG"),
      named("SHUTDOWN"),
      Buffer.from(asked.trimEnd()).toString("base64"),
    ].join(" ");
    const [exitCode, reply = "", log = ""] = (await this.ask(line)).split(" ");
    const text = decoded(reply);
    return {
      config: text.startsWith("{") ? JSON.parse(text) : undefined,
      exitCode: Number(exitCode),
      log: decoded(log),
    };
  }

  async stop(): Promise<void> {
    const { container } = this;
    this.container = undefined;
    // It may be on its way out by itself.
    await container?.remove({ force: true }).catch((error: { readonly statusCode?: number }) => {
      if (error.statusCode !== 404 && error.statusCode !== 409) {
        throw error;
      }
    });
  }

  private async ask(line: string): Promise<string> {
    if (this.container === undefined) {
      await this.start();
    }
    this.input?.write(`${line}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer after ${TIMEOUT} ms`)), TIMEOUT);
    });
    try {
      const answer = await Promise.race([this.answers?.next(), late]);
      if (answer === undefined || answer.done) {
        throw new Error("the container has ended");
      }
      return answer.value;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async start(): Promise<void> {
    const { container, input, output } = await this.create(["sh", "-c", DRIVER, "driver", startScript]);
    this.container = container;
    this.input = input;
    this.answers = createInterface({ input: output })[Symbol.asyncIterator]();
    await container.start();
  }

  private async create(command: readonly string[]) {
    const { docker, binary } = this.options;
    const container = await docker.createContainer({
      name: `rt-${randomBytes(4).toString("hex")}-property`,
      Image: LAB_IMAGE,
      Cmd: [...command],
      User: "999:1000",
      OpenStdin: true,
      // The driver ends with its input, so nothing stays behind where the test is killed.
      StdinOnce: true,
      HostConfig: {
        AutoRemove: true,
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        Binds: binary === undefined ? [] : [`${binary}:/usr/local/bin/redis-server:ro`],
        Tmpfs: {
          "/usr/local/etc/redis": `rw,noexec,nosuid,size=1m,mode=0700,${OWNED}`,
          "/run/secrets": `size=1m,mode=0700,${OWNED}`,
          "/data": `size=64m,mode=0755,${OWNED}`,
          "/tmp": "size=16m,mode=1777",
        },
      },
    });
    const stream = await container.attach({
      stream: true,
      stdin: true,
      stdout: true,
      stderr: true,
      hijack: true,
    });
    const output = new PassThrough();
    docker.modem.demuxStream(stream, output, process.stderr);
    stream.on("end", () => output.end());
    return { container, input: stream, output };
  }
}

function decoded(base64: string): string {
  return Buffer.from(base64, "base64").toString("utf8");
}
