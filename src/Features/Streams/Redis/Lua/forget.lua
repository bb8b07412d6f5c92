#!lua
-- Forgets entries whose letters are no more: they wait no longer, and what is left of each, as long as it is in its stream, is that it
-- was settled and never applied. One that became a letter again meanwhile has another time.
-- KEYS: settled, waiting. ARGV: id and time of each, as they were read.
local forgotten = 0
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[2], ARGV[i]) == ARGV[i + 1] then
    redis.call('ZADD', KEYS[1], 'XX', ARGV[i]:match('^%d+') .. '.5', ARGV[i])
    forgotten = forgotten + redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
return forgotten
