#!lua
-- Gives entries that were read to the consumers of their shards, and rings for the shards' owners.
-- KEYS: lease, stream, then the bell of each shard from 0 on. ARGV: holder, group, prefix of the consumers, then id, shard and
-- delivery count of each.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end
local dealt, rung = 0, {}
for i = 4, #ARGV, 3 do
  local shard = ARGV[i + 1]
  local given = redis.call('XCLAIM', KEYS[2], ARGV[2], ARGV[3] .. shard, 0, ARGV[i], 'RETRYCOUNT', ARGV[i + 2], 'JUSTID')
  dealt = dealt + #given
  rung[shard] = true
end
for shard in pairs(rung) do redis.call('XADD', KEYS[3 + shard], 'MAXLEN', 1, '*', 'shard', shard) end
return {'ok', dealt}
