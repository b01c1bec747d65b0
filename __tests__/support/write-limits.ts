import { cliOf } from "./stored-backup";
import type { TestStack } from "./test-stack";

/** How much of everything. */
export interface Limits {
  /** Keys, a sixteenth of them in each database, one in ten with a time to live. */
  readonly keys: number;
  /** Elements of a list, a hash, a set, a sorted set and a stream. */
  readonly elements: number;
  /** Bytes of a string: `proto-max-bulk-len` is 512 MiB. */
  readonly string: number;
}

const AT_ONCE = 50_000;

const KEYS = `
for i = ARGV[1], ARGV[2] do
  redis.call('SELECT', i % 16)
  redis.call('SET', 'key:' .. i, 'value ' .. i)
  if i % 10 == 0 then redis.call('PEXPIREAT', 'key:' .. i, 4102444800000 + i) end
end
return redis.status_reply('OK')`;

const ELEMENTS = `
for i = ARGV[1], ARGV[2] do
  redis.call('RPUSH', 'limit:list', 'element ' .. i)
  redis.call('HSET', 'limit:hash', 'field ' .. i, i)
  redis.call('SADD', 'limit:set', 'member ' .. i)
  redis.call('ZADD', 'limit:zset', i / 3, 'member ' .. i)
  redis.call('XADD', 'limit:stream', i .. '-1', 'field', i)
end
return redis.status_reply('OK')`;

/** Fills a server. One string is of random bytes, which nothing makes smaller, and one of zeros. */
export async function writeLimits(stack: TestStack, { keys, elements, string }: Limits): Promise<void> {
  await inSteps(stack, KEYS, keys);
  await inSteps(stack, ELEMENTS, elements);
  await stack.redis("SETRANGE", "limit:zeros", `${string - 1}`, "x");
  const noise = 'bytes=$1; shift; head -c "$bytes" /dev/urandom | "$@"';
  const { stdout, stderr } = await stack.exec(
    ...["sh", "-c", noise, "noise", `${string}`],
    ...cliOf(stack, "-x", "SET", "limit:noise"),
  );
  if (stdout.trim() !== "OK") {
    throw new Error(`${stdout}${stderr}`);
  }
  for (const name of ["zeros", "noise"]) {
    const length = await stack.redis("STRLEN", `limit:${name}`);
    if (length !== `${string}`) {
      throw new Error(`limit:${name} has ${length} bytes`);
    }
  }
}

async function inSteps(stack: TestStack, script: string, count: number): Promise<void> {
  for (let first = 1; first <= count; first += AT_ONCE) {
    const last = Math.min(count, first + AT_ONCE - 1);
    const reply = await stack.redis("EVAL", script, "0", `${first}`, `${last}`);
    if (reply !== "OK") {
      throw new Error(reply);
    }
  }
}
