#!lua
-- An entry becomes a dead letter, in two steps. `doom`, before the letter is stored, says that the entry waits: should its owner end
-- between the two and the entry be trimmed away, a replay of the letter still knows that it was never applied. `bury`, after it, settles
-- the entry: it is applied only by a replay.
-- KEYS: lease, stream, settled, waiting. ARGV: holder, group, id, now, step.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local id, step = ARGV[3], ARGV[5]
if redis.call('ZSCORE', KEYS[3], id) then
  redis.call('XACK', KEYS[2], ARGV[2], id)
  return 'done'
end
redis.call('HSET', KEYS[4], id, ARGV[4])
if step == 'bury' then
  redis.call('ZADD', KEYS[3], id:match('^%d+'), id)
  redis.call('XACK', KEYS[2], ARGV[2], id)
end
return 'ok'
