import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { exec } from "../../ops/docker-engine";
import { streamExec, withThrowAway } from "../../ops/docker-run";
import { LAB_IMAGE, type Scratch } from "./scratch";
import { cliOf, rdbFileOf } from "./stored-backup";
import type { TestStack } from "./test-stack";

/** All that a server has, in a form that can be compared. */
export interface DataSet {
  /** DEBUG DIGEST: keys with their values in all databases. */
  readonly digest: string;
  /** `db0 100 <sha1>` for each database: keys with their types, exact expiries, and consumer groups of streams. */
  readonly databases: readonly string[];
  /**
   * DUMP of all streams, byte for byte. It has what an RDB file keeps and Redis 7.0 loses when it replays an AOF: when each
   * consumer was seen, and how many entries a group has read.
   */
  readonly streams: string;
  /** FUNCTION LIST WITHCODE, in the order of the names of the libraries. */
  readonly functions: readonly Library[];
}

interface Library {
  readonly library_name: string;
  readonly library_code: string;
}

/** ARGV: patterns. Keys that none of them matches are removed, as KEYS says it. */
const KEEP_ONLY = `
for database = 0, 15 do
  redis.call('SELECT', database)
  local kept = {}
  for _, pattern in ipairs(ARGV) do
    for _, key in ipairs(redis.call('KEYS', pattern)) do kept[key] = true end
  end
  for _, key in ipairs(redis.call('KEYS', '*')) do
    if not kept[key] then redis.call('DEL', key) end
  end
end
return redis.status_reply('OK')`;

/** DEBUG DIGEST knows whether a key expires, and not when; and nothing of the groups of a stream. */
const INVENTORY = `
local untold = { ['seen-time'] = true, ['entries-read'] = true, lag = true,
  ['radix-tree-keys'] = true, ['radix-tree-nodes'] = true }
local function told(value, name)
  if type(value) ~= 'table' then
    return untold[name] and '' or type(value) .. ' ' .. tostring(value) .. ';'
  end
  local parts = {}
  for i, part in ipairs(value) do table.insert(parts, told(part, tostring(value[i - 1]))) end
  return '(' .. table.concat(parts) .. ')'
end
local lines, streams = {}, {}
for database = 0, 15 do
  redis.call('SELECT', database)
  local all = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind = redis.call('TYPE', key).ok
    local groups = ''
    if kind == 'stream' then
      groups = told(redis.call('XINFO', 'STREAM', key), '')
      if #redis.call('XINFO', 'GROUPS', key) > 0 then
        groups = groups .. told(redis.call('XINFO', 'STREAM', key, 'FULL', 'COUNT', 0), '')
      end
      table.insert(streams, redis.sha1hex(key .. redis.call('DUMP', key)))
    end
    local expiry = string.format('%.0f', redis.call('PEXPIRETIME', key))
    table.insert(all, redis.sha1hex(kind .. ' ' .. expiry .. ' ' .. #key .. ' ' .. key .. groups))
  end
  table.sort(all)
  table.insert(lines, 'db' .. database .. ' ' .. #all .. ' ' .. redis.sha1hex(table.concat(all)))
end
table.sort(streams)
table.insert(lines, redis.sha1hex(table.concat(streams)))
return lines`;

const SERVER = `
cli() { redis-cli -s /data/redis.sock "$@"; }
redis-server --port 0 --unixsocket /data/redis.sock --dir /data --save "" --enable-debug-command yes \\
  --busy-reply-threshold 600000 --logfile /data/log --daemonize yes --pidfile /data/pid >/dev/null || exit
until cli PING 2>/dev/null | grep -q PONG; do
  sleep 0.1
  if [ -e /data/pid ] && ! kill -0 "$(cat /data/pid)"; then tail -n 5 /data/log >&2; exit 1; fi
done
[ $# -eq 2 ] || { keep=$1; inventory=$2; shift 2; cli EVAL "$keep" 0 "$@" >/dev/null; set -- "$keep" "$inventory"; }
cli DEBUG DIGEST; cli EVAL "$2" 0; cli --json FUNCTION LIST WITHCODE`;

/**
 * What a stack has: its own RDB in a server that has DEBUG, which production has not.
 * @param patterns - with them, only keys that match one. @default - every key
 */
export async function dataOf(
  { docker }: Scratch,
  stack: TestStack,
  patterns: readonly string[] = [],
): Promise<DataSet> {
  const throwAway = { image: LAB_IMAGE, argv: ["sleep", "3600"], binds: ["/data"] };
  return withThrowAway(docker, throwAway, async (container) => {
    await rdbFileOf(stack, async (rdb) => {
      const taken = await streamExec(container, ["sh", "-c", "exec cat >/data/dump.rdb"], rdb);
      taken.stdout.resume();
      await taken.finished;
    });
    const argv = ["sh", "-c", SERVER, "server", KEEP_ONLY, INVENTORY, ...patterns];
    const { exitCode, stdout, stderr } = await exec(container, argv);
    const [digest = "", ...lines] = stdout.trimEnd().split("\n");
    if (exitCode !== 0 || !/^[0-9a-f]{40}$/.test(digest)) {
      throw new Error(`no digest: ${stdout}${stderr}`);
    }
    const functions: Library[] = JSON.parse(lines.slice(17).join(""));
    functions.sort((one, other) => (one.library_name < other.library_name ? -1 : 1));
    return { digest, databases: lines.slice(0, 16), streams: lines[16] ?? "", functions };
  });
}

/** Sends lines to a stack as user `ops`, who may do everything. Returns the lines of the replies; errors throw. */
export async function send(stack: TestStack, lines: readonly string[]): Promise<readonly string[]> {
  const input = Readable.from([`${lines.join("\n")}\n`], { objectMode: false });
  const { stdout, finished } = await streamExec(stack.container, cliOf(stack), input);
  const replies = (await text(stdout)).trimEnd().split("\n");
  const { stderr } = await finished;
  const errors = replies.filter((reply) =>
    /^(ERR|WRONGTYPE|NO[A-Z]+|BUSY\w*|OOM|MISCONF|Invalid)\b/.test(reply),
  );
  if (errors.length > 0 || stderr !== "") {
    throw new Error([...errors.slice(0, 5), stderr].join("\n"));
  }
  return replies;
}

/** TYPE and OBJECT ENCODING of all keys, each pair once, sorted. */
export async function encodingsOf(stack: TestStack): Promise<readonly string[]> {
  const script = `
    local found, list = {}, {}
    for database = 0, 15 do
      redis.call('SELECT', database)
      for _, key in ipairs(redis.call('KEYS', '*')) do
        found[redis.call('TYPE', key).ok .. ' ' .. redis.call('OBJECT', 'ENCODING', key)] = true
      end
    end
    for name in pairs(found) do table.insert(list, name) end
    table.sort(list)
    return list`;
  return (await stack.redis("EVAL", script, "0")).split("\n");
}

/** Every key is changed or deleted, others come, and so do functions. */
export async function wreck(stack: TestStack): Promise<void> {
  const script = `
    for database = 0, 15 do
      redis.call('SELECT', database)
      for i, key in ipairs(redis.call('KEYS', '*')) do
        redis.call('UNLINK', key)
        if i % 2 == 0 then redis.call('SET', key, 'not what it was') end
      end
      redis.call('RPUSH', 'later', 1, 2, 3)
    end
    return redis.status_reply('OK')`;
  const reply = await stack.redis("EVAL", script, "0");
  if (reply !== "OK") {
    throw new Error(reply);
  }
  await send(stack, [
    "FUNCTION DELETE one",
    "FUNCTION LOAD \"#!lua name=later\\nredis.register_function('later', function() return 0 end)\"",
  ]);
}
