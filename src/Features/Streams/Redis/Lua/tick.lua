#!lua
-- One look at who owns what: renews what is still this process's, says that it lives, and tells what is paused, and since when
-- Redis has what it has.
-- KEYS: processes, paused, epoch, then each lease. ARGV: process, life in ms, then for each lease the holder's text as this process has it, or ''.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('SETNX', KEYS[3], string.format('%.0f', now))
local seen = {redis.call('ZRANGE', KEYS[1], 0, -1), redis.call('HKEYS', KEYS[2]), redis.call('GET', KEYS[3])}
for i = 4, #KEYS do
  local holder = redis.call('GET', KEYS[i])
  if holder and holder == ARGV[i - 1] then redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
  seen[#seen + 1] = holder or ''
end
return seen
