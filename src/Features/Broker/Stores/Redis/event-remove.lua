#!lua
-- Takes events that are gone out of what other programs read, where nothing was added since: one that was published anew keeps its
-- entry.
-- KEYS: head, events, entries, then hashes of events. ARGV: epoch and position as known, then source/id of each event.
local at = redis.call('HMGET', KEYS[1], 'epoch', 'last')
if at[1] ~= ARGV[1] or at[2] ~= ARGV[2] then return 0 end
for i = 3, #ARGV do
  local entry = redis.call('HGET', KEYS[3], ARGV[i])
  if entry then redis.call('XDEL', KEYS[2], entry) end
  redis.call('HDEL', KEYS[3], ARGV[i])
end
for i = 4, #KEYS do redis.call('DEL', KEYS[i]) end
return 1
