#!lua
-- Makes the group from the stream's beginning where it is not there; the next read tells what was known before.
-- KEYS: lease, stream, facts. ARGV: holder, group.
local stream, group = KEYS[2], ARGV[2]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end
local made = redis.pcall('XGROUP', 'CREATE', stream, group, '0', 'MKSTREAM')
if made.err and not made.err:find('BUSYGROUP') then return redis.error_reply(made.err) end

local function map(list)
  local found = {}
  for i = 1, #list, 2 do found[list[i]] = list[i + 1] end
  return found
end

redis.call('HSETNX', KEYS[3], 'made', 0)
if not made.err then
  redis.call('HINCRBY', KEYS[3], 'made', 1)
  -- What was trimmed before the group was made was never the group's.
  local info = map(redis.call('XINFO', 'STREAM', stream))
  redis.call('XGROUP', 'SETID', stream, group, '0', 'ENTRIESREAD', info['entries-added'] - info.length)
end
return {'ok'}
