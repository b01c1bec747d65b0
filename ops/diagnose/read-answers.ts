import { SECRET_FILES } from "../../core/redis-conf";
import type { ExecResult } from "../docker-engine";
import type { Answer, PasswordFact, RefusedLogin, SlowCommand } from "./facts";

/** Which words of an answer make it which kind; the first that fits. Texts of Redis 7.0 and later. */
const KINDS: readonly (readonly [RegExp, Answer["kind"]])[] = [
  [/^PONG$/m, "pong"],
  [/max number of clients/, "max-clients"],
  [/\bLOADING\b/, "loading"],
  [/\bBUSY\b/, "busy"],
  [/\bMISCONF\b/, "misconf"],
  [/\b(WRONGPASS|NOAUTH|NOPERM)\b|No such file or directory|can't open/i, "denied"],
  [/Connection refused|Could not connect/, "refused"],
];

/** Exit codes of `timeout` when it has ended the command: of GNU, and of busybox before and after 1.31. */
const TIMED_OUT: ReadonlySet<number> = new Set([124, 137, 143]);

/** What a PING got. */
export function answerOf({ exitCode, stdout, stderr }: ExecResult, seconds: number): Answer {
  const said = [stdout, stderr]
    .map((text) => text.trim().replace(/\s*\n\s*/g, "; "))
    .filter((text) => text !== "" && text !== "Terminated")
    .join("; ");
  const kind = KINDS.find(([pattern]) => pattern.test(said))?.[1];
  if (kind !== undefined) {
    return { kind, said };
  }
  return TIMED_OUT.has(exitCode)
    ? { kind: "silence", said: `no answer within ${seconds} s` }
    : { kind: "other", said: said === "" ? `exit code ${exitCode}` : said };
}

type SlowEntry = readonly [number, number, number, readonly string[], string?, string?];

/** SLOWLOG GET as `redis-cli --json` has it. Keys and values stay out: they may be secrets. */
export function slowCommandsOf(text: string): readonly SlowCommand[] {
  return (JSON.parse(text) as readonly SlowEntry[]).map(
    ([, at, microseconds, [name = "", ...words], address = "", client = ""]) => ({
      at: at * 1000,
      microseconds,
      command: `${name.toUpperCase()} with ${words.length} ${words.length === 1 ? "argument" : "arguments"}`,
      client: client === "" ? address : `${client} at ${address}`,
    }),
  );
}

interface AclEntry {
  readonly count: number;
  readonly reason: string;
  readonly username: string;
  readonly "age-seconds": string | number;
  readonly "client-info": string;
}

/** Logins that ACL LOG says were refused. */
export function refusedLoginsOf(text: string): readonly RefusedLogin[] {
  return (JSON.parse(text) as readonly AclEntry[])
    .filter(({ reason }) => reason === "auth")
    .map((entry) => ({
      user: entry.username,
      address: /\baddr=(\S+?)(?::\d+)?(?:\s|$)/.exec(entry["client-info"])?.[1] ?? "",
      count: entry.count,
      secondsAgo: Math.round(Number(entry["age-seconds"])),
    }));
}

/**
 * Whether the server's users have the passwords of the files.
 * @param users lines of ACL LIST; they have hashes
 * @param sums lines of `sha256sum`: hash and path, of the files without the line break at their end
 */
export function passwordsOf(users: string, sums: string): readonly PasswordFact[] {
  const lines = users.split("\n").map((line) => line.trim());
  return Object.entries(SECRET_FILES).flatMap(([user, file]) => {
    const line = lines.find((one) => one.startsWith(`user ${user} `));
    const hash = sums
      .split("\n")
      .map((one) => one.trim().split(/\s+/))
      .find(([, name]) => name === file)?.[0];
    return line === undefined || hash === undefined
      ? []
      : [{ user, file, isSame: line.includes(`#${hash}`) }];
  });
}
