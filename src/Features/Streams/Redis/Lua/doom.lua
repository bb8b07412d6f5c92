#!lua
-- Says that an entry waits as a dead letter, before the letter is stored: should its owner end between the two and the entry be
-- trimmed away, a replay of the letter still knows that it was never applied.
-- KEYS: lease, stream, settled, waiting. ARGV: holder, group, id, now.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local id = ARGV[3]
if redis.call('ZSCORE', KEYS[3], id) then
  redis.call('XACK', KEYS[2], ARGV[2], id)
  return 'done'
end
redis.call('HSET', KEYS[4], id, ARGV[4])
return 'ok'
