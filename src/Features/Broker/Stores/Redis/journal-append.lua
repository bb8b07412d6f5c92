#!lua
-- Adds a command where the one who asks has seen all before it, and events to the stream that other programs read.
-- KEYS: head (epoch, last, kept, state), journal, events. ARGV: epoch as known or '', a new epoch, position as known, command,
-- then the six fields of each event.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'last')
if (head[1] or '') ~= ARGV[1] and not (ARGV[1] == '' and not head[1]) then return {'behind'} end
if tonumber(head[2] or '0') ~= tonumber(ARGV[3]) then return {'behind'} end
local position = string.format('%.0f', tonumber(ARGV[3]) + 1)
redis.call('XADD', KEYS[2], position .. '-0', 'command', ARGV[4])
redis.call('HSETNX', KEYS[1], 'epoch', ARGV[2])
redis.call('HSET', KEYS[1], 'last', position)
local names = {'event', 'id', 'type', 'source', 'status', 'instance_id'}
for i = 5, #ARGV, 6 do
  local entry = {KEYS[3], '*'}
  for n = 1, 6 do entry[#entry + 1] = names[n]; entry[#entry + 1] = ARGV[i + n - 1] end
  redis.call('HSET', KEYS[3] .. ':entries', ARGV[i + 3] .. '/' .. ARGV[i + 1], redis.call('XADD', unpack(entry)))
end
return {'added', position, redis.call('HGET', KEYS[1], 'epoch')}
