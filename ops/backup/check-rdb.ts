import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { runThrowAway } from "../docker-run";

/** What `redis-check-rdb` counts in a good file. */
export interface CheckedRdb {
  readonly keys: number;
  readonly expiring: number;
}

/** `redis-check-rdb` says that it is not an RDB file that this engine can load. */
export class BadRdb extends Error {}

/**
 * Streams an RDB file through `redis-check-rdb` in a throw-away container of `image`. It reads a pipe as well as a file
 * (7.0.15). What reading `content` throws is thrown.
 * @throws BadRdb with what it says
 */
export async function checkRdb(docker: Docker, image: string, content: Readable): Promise<CheckedRdb> {
  const { exitCode, stdout, stderr } = await runThrowAway(
    docker,
    { image, argv: ["redis-check-rdb", "/dev/stdin"] },
    content,
  );
  const count = (what: string) => new RegExp(`^\\[info\\] (\\d+) ${what}$`, "m").exec(stdout)?.[1];
  const [keys, expiring] = [count("keys read"), count("expires")];
  if (exitCode !== 0 || keys === undefined || expiring === undefined || !stdout.includes("RDB looks OK")) {
    throw new BadRdb(`redis-check-rdb: ${reasonIn(`${stdout}\n${stderr}`)} (exit code ${exitCode})`);
  }
  return { keys: Number(keys), expiring: Number(expiring) };
}

/** The line in which it says why, else the last. */
function reasonIn(output: string): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const marked = lines.find((line) => /^--- RDB ERROR DETECTED ---$/.test(line));
  const at = marked === undefined ? -1 : lines.indexOf(marked) + 1;
  return (at > 0 ? lines[at] : lines.at(-1)) ?? "nothing was said";
}
