#!lua
-- Settles an entry whose dead letter has been stored: it waits there and is applied only by a replay.
-- KEYS: lease, stream, settled, waiting. ARGV: holder, group, id, now.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local id = ARGV[3]
if redis.call('ZSCORE', KEYS[3], id) then
  redis.call('XACK', KEYS[2], ARGV[2], id)
  return 'done'
end
redis.call('ZADD', KEYS[3], id:match('^%d+'), id)
redis.call('HSET', KEYS[4], id, ARGV[4])
redis.call('XACK', KEYS[2], ARGV[2], id)
return 'buried'
