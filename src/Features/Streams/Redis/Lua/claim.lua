#!lua
-- Takes pending entries over, each with the delivery count given. Those that are there no more leave the pending list and
-- are missing in the answer.
-- KEYS: lease, stream. ARGV: holder, group, consumer, then id and count of each.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end
local entries = {}
for i = 4, #ARGV, 2 do
  local claimed = redis.call('XCLAIM', KEYS[2], ARGV[2], ARGV[3], 0, ARGV[i], 'RETRYCOUNT', ARGV[i + 1])
  if claimed[1] and claimed[1][2] then entries[#entries + 1] = claimed[1] end
end
return {'ok', entries}
