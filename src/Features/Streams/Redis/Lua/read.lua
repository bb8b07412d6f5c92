#!lua
-- Hands out new entries to the shard's owner and to nobody else: a read that is late finds the lease gone.
-- What others trimmed away unread is counted here, before the group goes past it; so is what was lost with a stream that is gone.
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
local delivered, first, added = mine['last-delivered-id'], info['first-entry'], info['entries-added']
local unread = mine.lag
if mine['entries-read'] and (not first or after(first[1], delivered)) then
  lost = added - mine['entries-read'] - info.length
  if lost > 0 then
    redis.call('XGROUP', 'SETID', stream, group, delivered, 'ENTRIESREAD', added - info.length)
    redis.call('HINCRBY', KEYS[3], 'lost', lost)
    unread = info.length
  else lost = 0 end
end

-- Of the look before: entries ever added, unread ('' where nobody knows), pending, the youngest id, the number of the group.
local gap, before, number = '', redis.call('HGET', KEYS[3], 'seen') or '', redis.call('HGET', KEYS[3], 'made') or '0'
local had, missed, held, youngest, its = before:match('^(%d+) (%d*) (%d+) (%d+%-%d+) (%d+)$')
had = tonumber(had)
if had and had > 0 then
  -- Where nothing is left of what was there then, as many entries were removed at least: unless it is another stream.
  local none = not first or after(first[1], youngest)
  if added < had or (none and added - info.length < had) then
    gap = 'stream'
    redis.call('HINCRBY', KEYS[3], 'lost', (tonumber(missed) or 0) + tonumber(held))
  elseif its ~= number then gap = 'group' end
end

local full = mine.pending >= tonumber(ARGV[5])
local read = not full and redis.call('XREADGROUP', 'GROUP', group, ARGV[3], 'COUNT', ARGV[4], 'STREAMS', stream, '>')
local entries = read and read[1][2] or {}
local seen = string.format('%.0f %s %.0f %s %s', added, unread and string.format('%.0f', math.max(0, unread - #entries)) or '',
  mine.pending, info['last-generated-id'], number)
if seen ~= before then redis.call('HSET', KEYS[3], 'seen', seen) end
return {'ok', lost, entries, delivered, full and 1 or 0, seen, gap, before}
