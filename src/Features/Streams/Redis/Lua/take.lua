#!lua
-- Takes a shard that nobody owns, under a number that no earlier owner had.
-- KEYS: lease, fence. ARGV: process, life in ms.
if redis.call('EXISTS', KEYS[1]) == 1 then return '' end
local holder = redis.call('INCR', KEYS[2]) .. ' ' .. ARGV[1]
redis.call('SET', KEYS[1], holder, 'PX', ARGV[2])
return holder
