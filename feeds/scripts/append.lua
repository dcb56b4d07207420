-- Append payloads to a stream, one entry each, in one step.
-- KEYS: stream    ARGV: length to trim to (about), payloads...    Answers the entry ids.
local ids = {}
for i = 2, #ARGV do
  ids[#ids + 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'e', ARGV[i])
end
return ids
