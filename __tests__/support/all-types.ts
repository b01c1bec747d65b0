import type { TestStack } from "./test-stack";

/** Keys of every type in three databases, with and without a time to live, some with odd bytes, and a function. */
const WRITE = `
redis.call('SELECT', 0)
for i = 1, 200 do redis.call('SET', 'string:' .. i, string.rep('v', i)) end
for i = 1, 50 do redis.call('SET', 'session:' .. i, i, 'EX', 100000 + i) end
redis.call('SET', 'gone', 1, 'PX', 1)
for i = 1, 300 do redis.call('RPUSH', 'list', i) redis.call('SADD', 'ints', i) redis.call('SADD', 'set', 'm' .. i)
  redis.call('HSET', 'hash', 'f' .. i, i) redis.call('ZADD', 'zset', i / 3, 'm' .. i) end
redis.call('XADD', 'stream', '1-1', 'f', 'v') redis.call('XGROUP', 'CREATE', 'stream', 'g', '0')
redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'stream', '>')
redis.call('SET', 'odd\\0 \\r\\n"\\255', 'bytes\\0')
redis.call('SELECT', 3) redis.call('HSET', 'small', 'a', 1) redis.call('EXPIREAT', 'small', 4102444800)
redis.call('SELECT', 15) redis.call('SADD', 'last', 'x')
return redis.status_reply('OK')`;

/** Every key with what is in it, in an order of its own, and its expiry, of all databases, in one number. */
const DIGEST = `
local function sorted(items) table.sort(items) return table.concat(items, '\\0') end
local function pairsOf(items)
  local joined = {}
  for i = 1, #items, 2 do table.insert(joined, items[i] .. '\\1' .. items[i + 1]) end
  return sorted(joined)
end
local content = {
  string = function(key) return redis.call('GET', key) end,
  list = function(key) return table.concat(redis.call('LRANGE', key, 0, -1), '\\0') end,
  set = function(key) return sorted(redis.call('SMEMBERS', key)) end,
  hash = function(key) return pairsOf(redis.call('HGETALL', key)) end,
  zset = function(key) return table.concat(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'), '\\0') end,
  stream = function(key) return redis.call('DUMP', key) end,
}
local all = {}
for database = 0, 15 do
  redis.call('SELECT', database)
  for _, key in ipairs(redis.call('KEYS', '*')) do
    local kind = redis.call('TYPE', key).ok
    local expiry = redis.call('PEXPIRETIME', key)
    table.insert(all, redis.sha1hex(database .. kind .. key .. content[kind](key) .. string.format('%.0f', expiry)))
  end
end
table.sort(all)
return #all .. ' ' .. redis.sha1hex(table.concat(all))`;

const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() return 1 end)";

export async function writeAllTypes(stack: TestStack): Promise<void> {
  const reply = await stack.redis("EVAL", WRITE, "0");
  if (reply !== "OK") {
    throw new Error(`the keys were not written: ${reply}`);
  }
  await stack.redis("FUNCTION", "LOAD", "REPLACE", LIBRARY);
}

/** Number of keys and a digest of all of them with their expiries, and the libraries of functions. */
export async function digestOf(stack: TestStack): Promise<string> {
  return `${await stack.redis("EVAL", DIGEST, "0")} ${await stack.redis("FUNCTION", "LIST")}`;
}
