-- Writes all of its commands, or none: every guard and every key's type is checked before the first of them.
--
-- KEYS  the keys of the guards, one each, then those of the commands, in their order.
-- ARGV  the number of guards, and for each: kind, number of further arguments, arguments;
--       then until the end for each command: name, number of keys, number of further arguments, arguments. The name of a
--       command whose failure is none of the others' begins with a question mark.
--
-- Answers nil where everything was written, and else {n, found}: the guard n, counted from 1, does not hold, and what its
-- key holds instead, where that is a string. Nothing was written then, and nothing where it answers an error.

local guards = {
  equal = function(key, value) local found = redis.pcall('GET', key) return found == value, found end,
  exists = function(key) return redis.call('EXISTS', key) == 1 end,
  missing = function(key) return redis.call('EXISTS', key) == 0 end,
  fieldequal = function(key, field, value) return redis.pcall('HGET', key, field) == value end,
  nofield = function(key, field) return redis.pcall('HEXISTS', key, field) == 0 end,
}

-- The commands that fail on a key of another type; the others take any.
local types = {
  HSET = 'hash', HDEL = 'hash', SADD = 'set', ZADD = 'zset', ZREM = 'zset', XADD = 'stream',
}

local key, arg = 0, 0

local function take_key()
  key = key + 1
  return KEYS[key]
end

local function take_arg()
  arg = arg + 1
  return ARGV[arg]
end

local function take_args(into, count)
  for _ = 1, count do into[#into + 1] = take_arg() end
  return into
end

for n = 1, tonumber(take_arg()) do
  local kind, further = take_arg(), tonumber(take_arg())
  local holds, found = guards[kind](unpack(take_args({take_key()}, further)))
  if not holds then return {n, type(found) == 'string' and found} end
end

local commands = {}
while arg < #ARGV do
  local name = take_arg()
  local tolerated = name:sub(1, 1) == '?'
  local command = {tolerated and name:sub(2) or name}
  local keys, further = tonumber(take_arg()), tonumber(take_arg())
  for _ = 1, keys do command[#command + 1] = take_key() end
  commands[#commands + 1] = {tolerated and redis.pcall or redis.call, take_args(command, further)}
  local wanted = not tolerated and types[command[1]]
  local found = wanted and redis.call('TYPE', command[2]).ok
  if wanted and found ~= 'none' and found ~= wanted then
    return redis.error_reply('WRONGTYPE ' .. command[2] .. ' holds a ' .. found .. ' and not a ' .. wanted)
  end
end

for _, command in ipairs(commands) do command[1](unpack(command[2])) end
return nil
