import { eventually } from "./eventually";
import type { TestStack } from "./test-stack";

/**
 * Sends the lines that a shell command prints, as the service's clients do: with the service's password, where there
 * is one. Returns the lines of the replies.
 */
export async function asClient(stack: TestStack, commands: string): Promise<readonly string[]> {
  const script = `
    REDISCLI_AUTH=$(cat /run/secrets/redis_password 2>/dev/null)
    export REDISCLI_AUTH
    ${commands} | redis-cli`;
  const { stdout } = await stack.exec("sh", "-c", script);
  return stdout.trimEnd().split("\n");
}

/** Writes `key:1` to `key:<count>`, one command each. */
export async function writeKeys(stack: TestStack, count: number): Promise<void> {
  const replies = await asClient(stack, `seq 1 ${count} | sed 's/.*/SET key:& value-&/'`);
  const written = replies.filter((reply) => reply === "OK").length;
  if (written !== count) {
    throw new Error(`wrote ${written} of ${count} keys: ${replies.find((reply) => reply !== "OK")}`);
  }
}

/** How many of the keys that `writeKeys` wrote are there, with the value that it wrote. */
export async function intactKeys(stack: TestStack, count: number): Promise<number> {
  const values = await asClient(stack, `seq 1 ${count} | sed 's/.*/GET key:&/'`);
  return values.filter((value, index) => value === `value-${index + 1}`).length;
}

/**
 * Waits until what was written is in the append-only file. With `appendfsync everysec` Redis holds writes back for
 * up to two seconds while the disk is busy, and a kill in that time loses them: that is the price of `everysec`.
 */
export async function untilInAppendOnlyFile(stack: TestStack): Promise<void> {
  const isWritten = (info: string) => /^aof_buffer_length:0\r?$/m.test(info);
  const persistence = await eventually(() => stack.redis("INFO", "persistence"), isWritten);
  if (!isWritten(persistence)) {
    throw new Error(`writes are still held back after ten seconds:\n${persistence}`);
  }
}
