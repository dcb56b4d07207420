-- Keep that payloads could not be accepted, each entry of a stream once.
-- KEYS: rejected, rejected_until, rejected_counts, telemetry
-- ARGV: length to trim to (about), then for each: stream name, entry id or '', source, field,
--       value, reason, payload or '', names of fields, digest, bytes, 'delete' or ''
-- An entry of a stream is rejected in order, so the newest id rejected tells what is kept already.
-- One to be deleted is deleted whenever it is named: a reader before may have got no further.
local function after(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  ms, other_ms = tonumber(ms), tonumber(other_ms)
  return ms > other_ms or (ms == other_ms and tonumber(seq) > tonumber(other_seq))
end

local written = 0
for i = 2, #ARGV, 11 do
  local stream, entry, source = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if entry == '' or after(entry, redis.call('HGET', KEYS[2], stream) or '0-0') then
    redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'source', source, 'entry', entry,
      'field', ARGV[i + 3], 'value', ARGV[i + 4], 'reason', ARGV[i + 5], 'payload', ARGV[i + 6],
      'fields', ARGV[i + 7], 'digest', ARGV[i + 8], 'bytes', ARGV[i + 9])
    redis.call('HINCRBY', KEYS[3], source, 1)
    if entry ~= '' then redis.call('HSET', KEYS[2], stream, entry) end
    written = written + 1
  end
  if ARGV[i + 10] == 'delete' then
    -- Counted, so that a reader who comes later does not miss it (feeds/streams/ledger.py).
    redis.call('HINCRBY', KEYS[2], 'deleted', redis.call('XDEL', KEYS[4], entry))
  end
end
return written
