-- Append payloads to a stream, one entry each, in one step.
-- KEYS: stream    ARGV: length to trim to (about), payloads...    Answers the entry ids.
--
-- An id is never smaller than the one before it. So after the server's clock was set back, or after
-- an entry with an id from the future, ids stand still and no longer say when an entry came; then
-- the server's clock, milliseconds since the epoch, is noted beside each: field r.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ahead = false
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then
      ahead = tonumber(string.match(info[i + 1], '^%d+')) > now + 1000
    end
  end
end
local ids = {}
for i = 2, #ARGV do
  if ahead then
    ids[#ids + 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
                               'e', ARGV[i], 'r', string.format('%.0f', now))
  else
    ids[#ids + 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i])
  end
end
return ids
