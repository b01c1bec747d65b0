import type { CommandShape } from "./command-shape";

interface Advice {
  readonly commands: RegExp;
  /** Left out: whatever its words. */
  readonly shape?: RegExp;
  /** What it costs, and the better one, as one sentence without a full stop. */
  readonly text: string;
}

/** Commands whose time grows with what there is, and what does the same better. From each command's page in Redis' manual. */
const ADVICE: readonly Advice[] = [
  {
    commands: /^KEYS$/,
    text: "KEYS looks at every key while everybody waits; use SCAN, or redis-ops sessions list",
  },
  {
    commands: /^SMEMBERS$/,
    text: "SMEMBERS sends a whole set; use SSCAN, or SISMEMBER and SMISMEMBER for what is asked",
  },
  {
    commands: /^HGETALL$/,
    text: "HGETALL sends a whole hash; use HMGET for the fields that are needed, HSCAN for big ones",
  },
  {
    commands: /^(HKEYS|HVALS)$/,
    text: "HKEYS and HVALS go through a whole hash; use HSCAN, or HMGET for known fields",
  },
  {
    commands: /^LRANGE$/,
    shape: / 0 -1$/,
    text: "LRANGE 0 -1 sends a whole list; ask for slices, and keep the list short by LTRIM",
  },
  {
    commands: /^(Z|ZREV)RANGE(BYSCORE|BYLEX)?$/,
    shape: / (0 -1|- \+|[-+]inf [-+]inf|\+ -)$/,
    text: "the range is all of a sorted set; ask for slices with LIMIT, or use ZSCAN",
  },
  {
    commands: /^X(REV)?RANGE$/,
    shape: / (- \+|\+ -)$/,
    text: "the range is all of a stream; ask for slices with COUNT",
  },
  {
    commands: /^(LREM|LINSERT|LPOS|LINDEX|LSET)$/,
    text: "it walks through the list; use a hash or a sorted set where elements are looked up",
  },
  { commands: /^DEL$/, text: "DEL frees the memory of big values while everybody waits; use UNLINK" },
  {
    commands: /^FLUSH(ALL|DB)$/,
    text: "it deletes everything; delete what is meant with redis-ops sessions delete",
  },
  {
    commands: /^(SUNION|SINTER|SDIFF)(STORE)?$/,
    text: "it goes through whole sets; keep the sets small, or do it in the background and store the answer",
  },
  {
    commands: /^Z(UNION|INTER|DIFF)(STORE)?$/,
    text: "it goes through whole sorted sets; do it in the background and store the answer",
  },
  {
    commands: /^SORT(_RO)?$/,
    text: "SORT reads and orders everything at each call; keep a sorted set instead",
  },
  {
    commands: /^(EVAL|EVALSHA|FCALL)(_RO)?$/,
    text: "nothing else is done while a script runs; do less in one call, or in slices",
  },
  {
    commands: /^(MGET|MSET|MSETNX)$/,
    text: "one call with many keys is one long turn; send them in pipelines of 100 or fewer",
  },
  {
    commands: /^(GET|SET|SETEX|GETSET|GETEX|APPEND)$/,
    text: "slow for one key, so either the value is big or the host was busy; look with redis-ops memory --keys and redis-ops latency",
  },
  { commands: /^(SCAN|SSCAN|HSCAN|ZSCAN)$/, text: "one step looks at too much; use COUNT 1000 or less" },
  { commands: /^SAVE$/, text: "SAVE stops everything until the file is written; use BGSAVE" },
  {
    commands: /^(BGSAVE|BGREWRITEAOF)$/,
    text: "the fork takes time with the memory in use; see fork in redis-ops latency",
  },
  { commands: /^MONITOR$/, text: "MONITOR copies every command to its client; use redis-ops hot" },
  {
    commands: /^CLIENT LIST$/,
    text: "it writes a line for each connection; see redis-ops clients for why there are so many",
  },
  { commands: /^DEBUG /, text: "DEBUG is for tests; disable it (disabledCommands)" },
];

/** What to do about a slow command. Undefined: nothing is known against it. */
export function adviceFor({ command, shape }: Pick<CommandShape, "command" | "shape">): string | undefined {
  return ADVICE.find((one) => one.commands.test(command) && (one.shape?.test(shape) ?? true))?.text;
}
