#!lua flags=no-writes
-- What follows a position: commands, or the state that was kept where they are gone.
-- KEYS: head, journal. ARGV: epoch as known or '', position as known, number of commands.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'kept')
if not head[1] then return {'empty'} end
local position, kept = tonumber(ARGV[2]), tonumber(head[3] or '0')
if (head[1] ~= ARGV[1] and position > 0) or kept > position then
  return {'kept', head[1], head[3] or '0', redis.call('HGET', KEYS[1], 'state') or ''}
end
return {'on', head[1], redis.call('XRANGE', KEYS[2], '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])}
