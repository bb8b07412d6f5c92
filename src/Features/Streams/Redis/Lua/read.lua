#!lua
-- Hands out new entries to the shard's owner and to nobody else: a read that is late finds the lease gone.
-- What others trimmed away unread is counted here, before the group goes past it.
-- KEYS: lease, stream, facts. ARGV: holder, group, consumer, count, and how many may be pending before reading pauses.
local stream, group = KEYS[2], ARGV[2]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'lost'} end

local function map(list)
  local found = {}
  for i = 1, #list, 2 do found[list[i]] = list[i + 1] end
  return found
end

local function parts(id) return tonumber(id:match('^%d+')), tonumber(id:match('%d+$')) end
local function after(a, b)
  local am, as = parts(a); local bm, bs = parts(b)
  return am > bm or (am == bm and as > bs)
end

local groups = redis.pcall('XINFO', 'GROUPS', stream)
if groups.err then return {'nogroup'} end
local mine
for _, g in ipairs(groups) do
  local named = map(g)
  if named.name == group then mine = named end
end
if not mine then return {'nogroup'} end

local lost, info = 0, map(redis.call('XINFO', 'STREAM', stream))
local delivered, first = mine['last-delivered-id'], info['first-entry']
if mine['entries-read'] and (not first or after(first[1], delivered)) then
  lost = info['entries-added'] - mine['entries-read'] - info.length
  if lost > 0 then
    redis.call('XGROUP', 'SETID', stream, group, delivered, 'ENTRIESREAD', info['entries-added'] - info.length)
    redis.call('HINCRBY', KEYS[3], 'lost', lost)
  else lost = 0 end
end

if mine.pending >= tonumber(ARGV[5]) then return {'ok', lost, {}, delivered, 1} end
local read = redis.call('XREADGROUP', 'GROUP', group, ARGV[3], 'COUNT', ARGV[4], 'STREAMS', stream, '>')
return {'ok', lost, read and read[1][2] or {}, delivered, 0}
