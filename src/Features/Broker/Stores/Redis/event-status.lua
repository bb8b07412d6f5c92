#!lua
-- Shows how an event is, where nothing younger was shown.
-- KEYS: the event's hash. ARGV: position, time to live in s, then names and values.
if tonumber(redis.call('HGET', KEYS[1], 'position') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'position', ARGV[1], unpack(ARGV, 3))
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
