#!lua
-- Removes consumers that are gone for long and have nothing pending: with a consumer, its pending entries would go too.
-- KEYS: stream. ARGV: group, idle limit in ms, a consumer to spare.
local removed = 0
for _, c in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local found = {}
  for i = 1, #c, 2 do found[c[i]] = c[i + 1] end
  if found.pending == 0 and found.idle >= tonumber(ARGV[2]) and found.name ~= ARGV[3] then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], found.name)
    removed = removed + 1
  end
end
return removed
