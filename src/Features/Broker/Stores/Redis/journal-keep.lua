#!lua
-- Keeps the state as of a position and drops the commands up to it; into an empty Redis it puts back what it has lost.
-- KEYS: head, journal. ARGV: epoch as known, a new epoch, position, state.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'kept')
if head[1] and head[1] ~= ARGV[1] then return 0 end
if tonumber(head[2] or '0') >= tonumber(ARGV[3]) then return 0 end
if not head[1] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', ARGV[2], 'last', ARGV[3])
end
redis.call('HSET', KEYS[1], 'kept', ARGV[3], 'state', ARGV[4])
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f', tonumber(ARGV[3]) + 1) .. '-0')
return 1
