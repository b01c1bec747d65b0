import { createHash } from "node:crypto";
import type { TestStack } from "./test-stack";

/** Who may do what and how Redis is set, in the words of `CONFIG GET` and `ACL LIST`. Secrets stand as their files. */
export interface RedisConfig {
  readonly directives: Readonly<Record<string, string>>;
  /** Rules of each user, sorted. */
  readonly users: Readonly<Record<string, readonly string[]>>;
}

/** Lines of redis.conf that `CONFIG GET` does not show. */
const NOT_DIRECTIVES = ["user", "rename-command"];

const UNITS: Readonly<Record<string, number>> = { kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** What a redis.conf asks for. */
export function askedConfig(redisConf: string): RedisConfig {
  const lines = redisConf
    .trimEnd()
    .split("\n")
    .map((line) => /^(\S+) (.*)$/.exec(line)?.slice(1) ?? [line, ""]);
  const valuesOf = (name: string) => lines.flatMap(([found, value = ""]) => (found === name ? [value] : []));
  const names = new Set(lines.map(([name = ""]) => name).filter((name) => !NOT_DIRECTIVES.includes(name)));
  const [password] = valuesOf("requirepass").map((value) => value.replace(/^"@secret:(\w+)@"$/, "#$1"));
  return {
    directives: Object.fromEntries(
      [...names].map((name) => [name, normal(name, valuesOf(name).map(unquoted).join(" "))]),
    ),
    users: usersIn([
      `default on ${password ?? "nopass"} ~* &* +@all`,
      ...valuesOf("user").map((rules) => rules.replace(/#@sha256:(\w+)@/, "#$1")),
    ]),
  };
}

/** What the running server says of itself, as user `ops` where there are passwords. */
export async function runningConfig(stack: TestStack): Promise<RedisConfig> {
  const { CONFIG = "CONFIG" } = stack.props.server.renamedCommands;
  const config: Record<string, string> = JSON.parse(await stack.redis("--json", CONFIG, "GET", "*"));
  const users: readonly string[] = JSON.parse(await stack.redis("--json", "ACL", "LIST"));
  const files = await secretFiles(stack);
  const { requirepass = "" } = config;
  const password = requirepass === "" ? "" : `@secret:${files.get(sha256(requirepass)) ?? "unknown"}@`;
  return {
    directives: Object.fromEntries(
      Object.entries({ ...config, requirepass: password }).map(([name, value]) => [
        name,
        normal(name, value),
      ]),
    ),
    users: usersIn(
      users.map((user) =>
        user
          .replace(/^user /, "")
          .replace(/#([0-9a-f]{64})/g, (_, hash) => `#${files.get(hash) ?? "unknown"}`),
      ),
    ),
  };
}

/** Names of the secret files in the server's container, by the SHA-256 of what they hold. */
async function secretFiles(stack: TestStack): Promise<ReadonlyMap<string, string>> {
  const script = `for file in /run/secrets/*; do
    [ -f "$file" ] && printf '%s' "$(cat "$file")" | sha256sum | sed "s|-|\${file##*/}|"
  done`;
  const { stdout } = await stack.exec("sh", "-c", script);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => line.split(/\s+/) as [string, string]));
}

/** A new user may nothing, so `resetkeys` says nothing and Redis leaves it out. */
function usersIn(lines: readonly string[]): RedisConfig["users"] {
  return Object.fromEntries(
    lines.map((line) => {
      const [name = "", ...rules] = line.split(" ");
      return [name, rules.filter((rule) => rule !== "resetkeys").sort()];
    }),
  );
}

/** Different words of Redis for the same value, as one of them. */
function normal(name: string, value: string): string {
  if (name === "oom-score-adj" && value === "yes") {
    return "relative";
  }
  const [, amount, unit = ""] = /^(\d+)([kmg]b)$/.exec(value) ?? [];
  return amount === undefined ? value : `${Number(amount) * (UNITS[unit] ?? 1)}`;
}

const unquoted = (value: string) => value.replace(/^"(.*)"$/, "$1");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
