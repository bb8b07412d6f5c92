#!lua
-- Adds a command where the one who asks has seen all before it, and events to the stream that other programs read.
-- KEYS: head (epoch, last, kept, state), journal, events. ARGV: epoch as known or '', a new epoch, position and its entry's mark
-- as known, the new entry's mark, command, then the six fields of each event.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'last')
if (head[1] or '') ~= ARGV[1] and not (ARGV[1] == '' and not head[1]) then return {'behind'} end
if tonumber(head[2] or '0') ~= tonumber(ARGV[3]) then return {'behind'} end
local last = redis.call('XRANGE', KEYS[2], ARGV[3] .. '-0', ARGV[3] .. '-0')[1]
if (last and last[2][1] == 'mark' and last[2][2] or '') ~= ARGV[4] then return {'behind'} end
local position = string.format('%.0f', tonumber(ARGV[3]) + 1)
-- The mark first: a build that knows none fails at it, where it would make something else of the command.
redis.call('XADD', KEYS[2], position .. '-0', 'mark', ARGV[5], 'command', ARGV[6])
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[2])
redis.call('HSET', KEYS[1], 'last', position)
local names = {'event', 'id', 'type', 'source', 'status', 'instance_id'}
for i = 7, #ARGV, 6 do
  local entry = {KEYS[3], '*'}
  for n = 1, 6 do entry[#entry + 1] = names[n]; entry[#entry + 1] = ARGV[i + n - 1] end
  local identity = ARGV[i + 3] .. '/' .. ARGV[i + 1]
  -- Of an event that went without its entry, because whoever removed it died.
  local before = redis.call('HGET', KEYS[3] .. ':entries', identity)
  if before then redis.call('XDEL', KEYS[3], before) end
  redis.call('HSET', KEYS[3] .. ':entries', identity, redis.call('XADD', unpack(entry)))
end
return {'added', position, redis.call('HGET', KEYS[1], 'epoch')}
