#!lua
-- The atomic step, for entries of one stream in the order given: each entry's effect on the state, the memory that it
-- happened, and its acknowledgement. A script does not roll back, so an entry is checked whole before its first write,
-- and the shebang has Redis refuse the whole script beforehand where it may not write (no memory, a replica).
-- KEYS: lease, stream, settled, waiting; then the keys that entries name by number.
-- ARGV: holder ('' for a replay of dead letters), group, number of entries; then each entry.
local lease, stream, settled, waiting = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local replay = ARGV[1] == ''
if not replay and redis.call('GET', lease) ~= ARGV[1] then return {'lost'} end

local at = 3
local function take() at = at + 1; return ARGV[at] end

local types = {}
local function is(key, wanted)
  local found = types[key]
  if not found then found = redis.call('TYPE', key).ok; types[key] = found end
  return found == wanted or found == 'none'
end

-- A field's value, false where there is none, nil where the key is no hash; asked for once and then kept up.
local hashes = {}
local function get(key, field)
  local fields = hashes[key]
  if not fields then fields = {}; hashes[key] = fields end
  local found = fields[field]
  if found == nil then
    found = redis.pcall('HGET', key, field)
    if type(found) == 'table' then
      if not found.err:find('^WRONGTYPE') then error(found) end
      return nil
    end
    types[key] = types[key] or 'hash'
    fields[field] = found
  end
  return found
end
local function put(key, field, value)
  redis.call('HSET', key, field, value)
  hashes[key] = hashes[key] or {}
  hashes[key][field] = value
end

-- Byte by byte: the operator compares in the server's locale.
local function less(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- Beyond this, a Lua number no longer holds every whole one.
local limit = 9000000000000000
-- As Redis counts: it refuses 007 and -0, which would end the step behind what was written already.
local function whole(text)
  return (text == '0' or text:match('^%-?[1-9]%d*$')) and #text <= 17 and math.abs(tonumber(text)) <= limit
end

if not (is(stream, 'stream') and is(settled, 'zset') and is(waiting, 'hash')) then
  return redis.error_reply('WRONGTYPE a key of the router (router:... or the stream itself) is of another type')
end

local answers, blocked, changes, lives = {'ok'}, {}, {}, {}
local applied, scores, acknowledged, done_with = {}, {}, {}, {}
-- A letter is stored before its entry is settled: until then the owner has it.
local function pending(id)
  if types[stream] ~= 'stream' then return false end
  local found = redis.pcall('XPENDING', stream, ARGV[2], id, id, 1)
  return not found.err and #found > 0
end
local function entry()
  local id, lane = take(), take()
  local done, held
  if replay then
    done, held = redis.call('HEXISTS', waiting, id) == 0, pending(id)
  else done = applied[id] or redis.call('ZSCORE', settled, id) end
  local fault, stale, writes, events = nil, false, {}, {}

  for _ = 1, tonumber(take()) do
    local key, field, was = KEYS[tonumber(take())], take(), take()
    local now = get(key, field)
    if now == nil then fault = key .. ' is no hash'
    elseif (now or '') ~= was then stale = true end
  end

  for _ = 1, tonumber(take()) do
    local change = {take(), KEYS[tonumber(take())], take(), take(), tonumber(take())}
    local op, key, field, value = change[1], change[2], change[3], change[4]
    if op == '=' then
      if not is(key, 'hash') then fault = key .. ' is no hash' end
    else
      local now = get(key, field)
      if now == nil then fault = key .. ' is no hash'
      elseif op == '+' and now and not (whole(now) and math.abs(tonumber(now) + tonumber(value)) <= limit) then
        fault = key .. ' ' .. field .. ' cannot be counted on'
      end
    end
    writes[#writes + 1] = change
  end

  for _ = 1, tonumber(take()) do
    local event = {KEYS[tonumber(take())], '*'}
    for _ = 1, tonumber(take()) do event[#event + 1] = take(); event[#event + 1] = take() end
    if not is(event[1], 'stream') then fault = event[1] .. ' is no stream' end
    events[#events + 1] = event
  end

  local answer
  if held then answer = 'pending'
  elseif done and not replay then
    answer = 'done'
    acknowledged[#acknowledged + 1] = id
  elseif done then
    -- It waits no more: it was applied, which is remembered as long as its entry is in the stream, or its letter was gone for a while.
    local score = redis.call('ZSCORE', settled, id)
    answer = score and not score:find('%.5$') and 'done' or 'unproven'
  elseif blocked[lane] then answer = 'blocked'
  elseif fault then answer = 'fault ' .. fault; blocked[lane] = true
  elseif stale then answer = 'stale'; blocked[lane] = true
  else
    answer = 'applied'
    -- First: what keeps Redis from counting was looked for, what keeps it from taking an event (a stream that has used up its ids) was not.
    for _, event in ipairs(events) do redis.call('XADD', unpack(event)) end
    local touched = {}
    for _, change in ipairs(writes) do
      local op, key, field, value, life = change[1], change[2], change[3], change[4], change[5]
      if op == '+' then hashes[key][field] = string.format('%.0f', redis.call('HINCRBY', key, field, value))
      elseif op == '=' then put(key, field, value)
      else
        local now = get(key, field)
        if not now or less(now, value) then put(key, field, value) end
      end
      if life > 0 then lives[key] = life end
      if not touched[key] then
        touched[key] = true
        changes[key] = (changes[key] or 0) + 1
      end
    end
    scores[#scores + 1] = id:match('^%d+')
    scores[#scores + 1] = id
    done_with[#done_with + 1] = id
    if not replay then
      applied[id] = true
      acknowledged[#acknowledged + 1] = id
    end
  end
  answers[#answers + 1] = answer
end

-- A command that is refused half-way (an account that may not) ends the step; what was applied before it is settled all the same.
local fine, refusal = pcall(function() for _ = 1, tonumber(ARGV[3]) do entry() end end)
-- Of all entries at once, some hundred a call: Lua's stack is small.
local function each(list, step, call)
  for from = 1, #list, step do call(unpack(list, from, math.min(from + step - 1, #list))) end
end
each(scores, 1000, function(...) redis.call('ZADD', settled, ...) end)
-- One that was about to become a letter, and was applied after all, waits no more either.
if types[waiting] == 'hash' then each(done_with, 1000, function(...) redis.call('HDEL', waiting, ...) end) end
each(acknowledged, 1000, function(...) redis.call('XACK', stream, ARGV[2], ...) end)
if not fine then error(refusal) end
-- Once a key and not once an entry: a batch touches some keys many times.
for key, count in pairs(changes) do
  local counter = 'router:changes:' .. key
  -- It only tells watchers of gaps: a counter that cannot be counted on must not stop what is half done.
  redis.pcall('INCRBY', counter, count)
  if lives[key] then
    redis.call('PEXPIRE', key, lives[key])
    redis.call('PEXPIRE', counter, lives[key])
  end
end
return answers
