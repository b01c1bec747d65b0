import type { Shell } from "./shell";

/** ASCII's own character between records, so that no text of Redis is taken for one. */
const RECORD = "\u001e";

/** What `redis-server` says of each line of redis.conf: undefined when it takes it. No server is started. */
export async function refusalsOf(
  shell: Shell,
  lines: readonly string[],
): Promise<readonly (string | undefined)[]> {
  const script = lines.map(
    (line) => `printf '\\036'; printf '%s\\n${END}\\n' ${quoted(line)} | redis-server - 2>&1 || true`,
  );
  const answers = recordsOf(await shell(script.join("\n")), lines.length);
  return answers.map((answer) => refusalIn(answer));
}

/** Stops the server after the line that is asked about, before it does anything with it. */
const END = "not-a-directive";

/** The reason in a server's last words, or undefined when they are about the line after the one in question. */
export function refusalIn(words: string): string | undefined {
  const [, line, reason = ""] = /^>>> '(.*)'\n(.*)$/m.exec(words) ?? [];
  if (line === undefined) {
    throw new Error(`redis-server did not stop at a line of its configuration: ${words}`);
  }
  return line === END ? undefined : reason;
}

/** A server with these lines in its redis.conf, and commands of the shell to run beside it; `cli` asks the server. */
export interface Session {
  readonly conf: readonly string[];
  readonly commands: readonly string[];
}

/** What each command of each session prints. A server listens on a socket in a folder of its own, and is gone afterwards. */
export async function answersOf(
  shell: Shell,
  sessions: readonly Session[],
): Promise<readonly (readonly string[])[]> {
  const script = sessions.map(({ conf, commands }) =>
    [
      `serve ${[...conf, ...OF_THE_READER].map(quoted).join(" ")}`,
      ...commands.map((command) => `printf '\\036'; ${command} </dev/null 2>&1`),
      "leave",
    ].join("\n"),
  );
  const records = recordsOf(
    await shell([FUNCTIONS, ...script].join("\n")),
    sessions.flatMap(({ commands }) => commands).length,
  );
  let next = 0;
  return sessions.map(({ commands }) => {
    const own = records.slice(next, next + commands.length);
    next += commands.length;
    return own.map((record) => record.trimEnd());
  });
}

/** The answer of `cli CONFIG GET …`. */
export function settingsIn(answer: string): Readonly<Record<string, string>> {
  return JSON.parse(answer) as Record<string, string>;
}

export function cli(...words: readonly string[]): string {
  return ["cli", ...words.map(quoted)].join(" ");
}

/** Lines without which a server cannot be asked; what they set is not the engine's default. */
const OF_THE_READER = ["port 0", "unixsocket socket"];

/** Directives whose default cannot be read, because the reader or its folder sets them. */
export const SET_BY_READER: readonly string[] = ["dir", "port", "unixsocket"];

// The user `default` of a server without a password takes any, so one command line serves all.
const FUNCTIONS = `
set -eu
ulimit -n 10240
cli() { redis-cli -s socket --json --user default --pass probe --no-auth-warning "$@"; }
serve() {
  home=$PWD
  folder=$(mktemp -d)
  cd "$folder"
  printf '%s\\n' "$@" >redis.conf
  redis-server redis.conf >log 2>&1 </dev/null &
  server=$!
  tries=0
  until [ "$(cli PING </dev/null 2>&1)" = '"PONG"' ]; do
    tries=$((tries + 1))
    if ! kill -0 "$server" || [ "$tries" -ge 200 ]; then
      cat redis.conf log >&2
      exit 1
    fi
    sleep 0.05
  done
}
leave() {
  cli SHUTDOWN NOSAVE </dev/null >/dev/null 2>&1 || true
  wait "$server" || true
  cd "$home"
  rm -rf "$folder"
}
`;

function recordsOf(text: string, expected: number): readonly string[] {
  const records = text.split(RECORD).slice(1);
  if (records.length !== expected) {
    throw new Error(`expected ${expected} answers, got ${records.length}: ${text.slice(-2000)}`);
  }
  return records;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
