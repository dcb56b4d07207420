-- Let the versions be what the operations say they are, where the server has lost them.
-- KEYS: operations, versions
-- ARGV: the last entry that was read of the operations, then for each: thing, version
-- Answers 1, or 0 when there is more in the stream than was read, or another stream.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if not last[1] or last[1][1] ~= ARGV[1] then return 0 end
for i = 2, #ARGV, 2 do
  local kept = redis.call('HGET', KEYS[2], ARGV[i]) or '0'
  if tonumber(string.match(kept, '^%d+')) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return 1
