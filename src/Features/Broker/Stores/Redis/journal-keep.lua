#!lua
-- Keeps the state as of a position and drops the commands before it. Into a Redis that has lost the newest commands, or all, it puts
-- them back, as a state: where what is there is what the keeper has seen of it.
-- KEYS: head, journal. ARGV: epoch as known, a new epoch, position and its entry's mark, state, the position that Redis was found to
-- end at, and its entry's mark.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'kept')
if head[1] and head[1] ~= ARGV[1] then return 0 end
if tonumber(head[3] or '0') >= tonumber(ARGV[3]) then return 0 end
local function mark(position)
  local entry = redis.call('XRANGE', KEYS[2], position .. '-0', position .. '-0')[1]
  return entry and entry[2][1] == 'mark' and entry[2][2] or ''
end
if not head[1] then
  redis.call('DEL', KEYS[2])
elseif tonumber(head[2]) >= tonumber(ARGV[3]) then
  if mark(ARGV[3]) ~= ARGV[4] then return 0 end
elseif head[2] ~= ARGV[6] or mark(head[2]) ~= ARGV[7] then
  return 0
end
if not head[1] or tonumber(head[2]) < tonumber(ARGV[3]) then
  redis.call('HSETNX', KEYS[1], 'epoch', ARGV[2])
  redis.call('HSET', KEYS[1], 'last', ARGV[3])
  redis.call('XADD', KEYS[2], ARGV[3] .. '-0', 'mark', ARGV[4], 'command', '{"do":"begin"}')
end
redis.call('HSET', KEYS[1], 'kept', ARGV[3], 'state', ARGV[5])
-- The entry at the position stays: by its mark one who is there knows that it is the same log.
redis.call('XTRIM', KEYS[2], 'MINID', ARGV[3] .. '-0')
return 1
