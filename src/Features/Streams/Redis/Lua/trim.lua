#!lua
-- Trims what is older than asked and behind every group, and forgets what is remembered of entries that are no more.
-- The groups are looked at again here: one may have come, or been set back, since the asker looked.
-- KEYS: lease, stream, settled. ARGV: holder ('' of a stream that nobody owns), first id to keep ('' to trim nothing).
local stream = KEYS[2]
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end

local function parts(id) return tonumber(id:match('^%d+')), tonumber(id:match('%d+$')) end
local function before(a, b)
  local am, as = parts(a); local bm, bs = parts(b)
  return am < bm or (am == bm and as < bs)
end

local trimmed, keep = 0, ARGV[2]
if keep ~= '' then
  for _, g in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local name, delivered
    for i = 1, #g, 2 do
      if g[i] == 'name' then name = g[i + 1] elseif g[i] == 'last-delivered-id' then delivered = g[i + 1] end
    end
    local pending = redis.call('XPENDING', stream, name)
    if pending[1] > 0 and before(pending[2], keep) then keep = pending[2] end
    if before(delivered, keep) then
      local ms, seq = parts(delivered)
      keep = delivered:match('^%d+') .. '-' .. string.format('%.0f', seq + 1)
    end
  end
  trimmed = redis.call('XTRIM', stream, 'MINID', keep)
end

local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)
local oldest = first[1] and first[1][1]:match('^%d+')
local forgotten = oldest and redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. oldest) or 0
return {'ok', trimmed, forgotten}
