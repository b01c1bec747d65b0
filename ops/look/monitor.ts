import { createInterface } from "node:readline";
import type Docker from "dockerode";
import { REDIS_PORT } from "../../core/healthcheck-command";
import { InvalidInputError } from "../../core/problem";
import { SECRET_FILES } from "../../core/redis-conf";
import type { AuthProps } from "../../core/redis-stack-props";
import { streamExec } from "../docker-run";

/**
 * The most that is read of MONITOR, whatever `seconds` says. Where it is reached, what is told is of less time. It also bounds
 * what the server has to hold for a slow reader, since output buffers of clients have no limit.
 */
const MONITOR_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * Logs in and sends MONITOR by the name that it has here: redis-cli knows it by its own name alone. `timeout` and `head` are in
 * the container, so that it ends there even when this program is killed. The password is on no command line: `printf`
 * belongs to the shell.
 */
const LISTEN = `
set -e
bulk() { printf '$%d\\r\\n%s\\r\\n' "\${#1}" "$1"; }
{
  LC_ALL=C
  if [ -n "$4" ]; then
    password=$(cat "$4")
    printf '*3\\r\\n$4\\r\\nAUTH\\r\\n$3\\r\\nops\\r\\n'
    bulk "$password"
  fi
  printf '*1\\r\\n'
  bulk "$3"
  sleep "$1"
} | timeout -s KILL "$1" nc 127.0.0.1 ${REDIS_PORT} | head -c "$2"`;

/** One command of a client. */
export interface MonitoredCommand {
  /** Seconds since 1970. */
  readonly at: number;
  readonly database: number;
  /** Address with port; `lua` for a script. */
  readonly client: string;
  readonly words: readonly string[];
}

export interface Monitored {
  readonly commands: number;
  /** Whether `MONITOR_LIMIT_BYTES` ended it. */
  readonly wasCut: boolean;
}

/**
 * Hands every command that the server executes to `onCommand`, for so many seconds.
 * @param seconds whole or with tenths
 * @throws InvalidInputError when Redis says no
 */
export async function monitor(
  container: Docker.Container,
  auth: AuthProps,
  { name, seconds }: { readonly name: string; readonly seconds: number },
  onCommand: (command: MonitoredCommand) => void,
): Promise<Monitored> {
  const secret = auth.mode === "none" ? "" : `/run/secrets/${SECRET_FILES.ops}`;
  const argv = ["sh", "-c", LISTEN, "redis-ops", `${seconds}`, `${MONITOR_LIMIT_BYTES}`, name, secret];
  const { stdout, finished } = await streamExec(container, argv);
  let [bytes, commands, accepted] = [0, 0, 0];
  stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  for await (const line of createInterface({ input: stdout, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.startsWith("-")) {
      throw refused(name, line.slice(1));
    }
    accepted += line === "+OK" ? 1 : 0;
    const command = monitoredCommand(line);
    if (command !== undefined) {
      commands += 1;
      onCommand(command);
    }
  }
  const { stderr } = await finished;
  if (accepted < (secret === "" ? 1 : 2)) {
    throw refused(name, stderr.trim() || "no answer");
  }
  return { commands, wasCut: bytes >= MONITOR_LIMIT_BYTES };
}

function refused(field: string, got: string): InvalidInputError {
  const fix = "look at the log of the server's container, and at the rights of user ops: ACL LOG";
  return new InvalidInputError([{ field, got, expected: "OK", fix }]);
}

/** Of a longer line, with a value in it, the rest is left out. */
const LONGEST_LINE = 65_536;
const LINE = /^\+(\d+\.\d+) \[(\d+) ([^ ]+)\] (".*)$/;
const WORD = /"((?:[^"\\]|\\.)*)"/g;

/** A line of MONITOR. Undefined: it is an answer to something else, or was cut before its name. */
export function monitoredCommand(line: string): MonitoredCommand | undefined {
  const [, at, database, client = "", words] = LINE.exec(line.slice(0, LONGEST_LINE)) ?? [];
  return words === undefined
    ? undefined
    : {
        at: Number(at),
        database: Number(database),
        client,
        words: [...words.matchAll(WORD)].map(([, word = ""]) => unescaped(word)),
      };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", a: "\u0007", b: "\b" };

/** Redis writes what cannot be printed as `\\xHH`, byte by byte. */
function unescaped(word: string): string {
  const bytes = word.replace(/\\(?:x([0-9a-f]{2})|(.))/gi, (_, hex?: string, letter = "") =>
    hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
