--#include common.lua
-- ARGV: now, counts, patience, then for each that is really watched: id, camera, source, user, room, identity,
-- quality
-- A live connection is a beat. One of which nothing at all is known was forgotten, not ended (what has ended is known for
-- an hour): it is put back, whatever the limit, if it is said whose camera it is. Answers for each 'ALIVE', 'RESTORED',
-- 'ENDED' or 'UNKNOWN'.
local now, counts = clock(ARGV[1]), ARGV[2]
local over = now + ARGV[3]
local answer, changed = {}, {}
for i = 4, #ARGV, 7 do
  local id, camera, source, user, room = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]
  local key, slot, room_key = prefix .. 'reservation:' .. id, user .. '\n' .. camera, prefix .. 'room:' .. room
  local row = call('HMGET', key, 'source', 'ended')
  local word = 'ENDED'
  if row[1] and not row[2] then
    local active = prefix .. 'active:' .. row[1]
    local late = tonumber(call('ZSCORE', active, id))
    if late and late > now then
      call('ZADD', active, over, id)
      word = 'ALIVE'
    elseif late then
      finish(id, row[1], 'expired', now, counts)
      changed[row[1]] = true
    end
  elseif not row[1] and source == '' then
    word = 'UNKNOWN'
  elseif not row[1] then
    local other = call('HGET', room_key, slot)
    if other and call('ZSCORE', prefix .. 'active:' .. source, other) then
      -- Reserved again after the state was lost: one viewer, one place.
      call('ZADD', prefix .. 'active:' .. source, 'GT', over, other)
      word = 'ALIVE'
    else
      call('HSET', key, 'camera_id', camera, 'source', source, 'user_id', user, 'room', room, 'identity', ARGV[i + 5],
        'quality', ARGV[i + 6], 'created_at', now)
      call('PEXPIRE', key, memory)
      call('ZADD', prefix .. 'active:' .. source, over, id)
      call('HSET', room_key, slot, id)
      if counts == 'cameras' then call('HINCRBY', prefix .. 'cameras:' .. source, camera, 1) end
      changed[source] = true
      word = 'RESTORED'
    end
  end
  answer[#answer + 1] = word
end
for source in pairs(changed) do publish_count(source, counts) end
return answer
