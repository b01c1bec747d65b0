import { run } from "../../ops/main";

/** What a command line said, and its exit code. */
export interface Recorded {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** Runs `redis-ops` with these words and records what it writes. A bug in it is thrown. */
export async function redisOps(...argv: readonly string[]): Promise<Recorded> {
  const out: string[] = [];
  const err: string[] = [];
  const exitCode = await run(argv, { out: (text) => out.push(text), err: (text) => err.push(text) });
  return { exitCode, out: out.join("\n"), err: err.join("\n") };
}
