-- Append operations if nobody was first: check versions and fencing token, raise, append; one step.
-- KEYS: operations, versions, fence, progress
-- ARGV: mark, fencing token or '', progress (telemetry and operations position, milliseconds,
--       listening since; all '' when there is none to note), number of things,
--       (thing, expected version, rise) for each, payloads...
-- Answers {'ok'|'again', ids}, {'stale', thing, version, newest entry id}, {'lost', newest token}.
--
-- A field of the versions hash holds '<version> <mark>:<ids> <mark>:<ids> ...', newest mark first.
-- The mark is made by the client once per request, so a request repeated because its reply was
-- lost finds its mark and gets the answer it missed, even if others were here in between.
local KEPT_MARKS = 8
local KEPT_FREE_MARKS = 64   -- for events that have no version, all of which share one field
local FREE = '-'

local mark, token = ARGV[1], ARGV[2]
local HEAD = 7
local count = tonumber(ARGV[HEAD])
local things = {}
for i = 1, count do
  local at = HEAD + 1 + (i - 1) * 3
  things[i] = { name = ARGV[at], expected = tonumber(ARGV[at + 1]), rise = tonumber(ARGV[at + 2]) }
end
if count == 0 then things[1] = { name = FREE, rise = 0 } end

local kept = redis.call('HGET', KEYS[2], things[1].name) or '0'
local found = string.find(kept, ' ' .. mark .. ':', 1, true)
if found then
  -- Written again unchanged, so that a wait for the disk on this connection covers it.
  redis.call('HSET', KEYS[2], things[1].name, kept)
  local ids = {}
  for id in string.gmatch(string.match(kept, '^[^ ]*', found + #mark + 2), '[^,]+') do
    ids[#ids + 1] = id
  end
  return { 'again', ids }
end

if token ~= '' then
  local newest = redis.call('GET', KEYS[3]) or '0'
  if newest ~= token then return { 'lost', newest } end
end

for _, thing in ipairs(things) do
  thing.kept = redis.call('HGET', KEYS[2], thing.name) or '0'
  thing.version = tonumber(string.match(thing.kept, '^%d+'))
  if thing.expected and thing.version ~= thing.expected then
    local ids = string.match(thing.kept, '^%d+ [^:]*:([^ ]*)')
    return { 'stale', thing.name, thing.version, ids and string.match(ids, '[^,]+$') or '0-0' }
  end
end

local ids = {}
for i = HEAD + 1 + count * 3, #ARGV do
  ids[#ids + 1] = redis.call('XADD', KEYS[1], '*', 'e', ARGV[i])
end

local answer = ' ' .. mark .. ':' .. table.concat(ids, ',')
for _, thing in ipairs(#ids > 0 and things or {}) do
  local limit = thing.name == FREE and KEPT_FREE_MARKS or KEPT_MARKS
  local words = answer
  local n = 1
  for word in string.gmatch(string.match(thing.kept, '^%d+(.*)'), ' [^ ]+') do
    if n == limit then break end
    words = words .. word
    n = n + 1
  end
  redis.call('HSET', KEYS[2], thing.name, (thing.version + thing.rise) .. words)
end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[4], 'telemetry', ARGV[3], 'operations', ARGV[4],
    'at_ms', ARGV[5], 'listening_ms', ARGV[6])
end
return { 'ok', ids }
