#!lua flags=no-writes
-- What follows a position: commands, or the state that was kept where they are gone or others than the asker's.
-- KEYS: head, journal. ARGV: epoch as known or '', position and its entry's mark as known, number of commands.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'kept')
if not head[1] then return {'empty'} end
local function mark(position)
  local entry = redis.call('XRANGE', KEYS[2], position .. '-0', position .. '-0')[1]
  return entry and entry[2][1] == 'mark' and entry[2][2] or ''
end
local function kept(word)
  return {word, head[1], head[3] or '0', redis.call('HGET', KEYS[1], 'state') or '', head[2], mark(head[2]), mark(head[3] or '0')}
end
local position = tonumber(ARGV[2])
if position > tonumber(head[2]) then return kept('less') end
local same = position == 0 or head[1] == ARGV[1]
if position < tonumber(head[3] or '0') then return kept(same and 'kept' or 'other') end
if mark(ARGV[2]) ~= ARGV[3] or not (same or ARGV[3] ~= '') then return kept('other') end
return {'on', head[1], redis.call('XRANGE', KEYS[2], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[4])}
