#!lua
-- The entries that were dealt out to a shard and come after the last one its owner has taken. The position of the bell is
-- taken before them, so that a ring that follows is heard. What was deleted meanwhile is counted, and leaves the list.
-- KEYS: lease, stream, bell, facts. ARGV: holder, group, consumer, count, last id taken, how often the group was made.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end
if redis.call('HGET', KEYS[4], 'made') ~= ARGV[6] then return {'nogroup'} end
local rung = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
local read = redis.pcall('XREADGROUP', 'GROUP', ARGV[2], ARGV[3], 'COUNT', ARGV[4], 'STREAMS', KEYS[2], ARGV[5])
if read and read.err then
  if read.err:find('NOGROUP') then return {'nogroup'} end
  return redis.error_reply(read.err)
end
local entries, lost = {}, 0
for _, entry in ipairs(read and read[1][2] or {}) do
  if entry[2] then entries[#entries + 1] = entry
  else lost = lost + redis.call('XACK', KEYS[2], ARGV[2], entry[1]) end
end
if lost > 0 then redis.call('HINCRBY', KEYS[4], 'lost', lost) end
return {'ok', lost, entries, rung[1] and rung[1][1] or '0-0'}
