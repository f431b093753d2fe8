--#include common.lua
-- ARGV: now, counts, how long whoever takes one may need (ms), most to take, then the sources
-- Ends what is late, and takes ended reservations whose media has to be stopped. One stays on the list until
-- somebody says that it is done, and is due again when its time is up: who took it may have died.
-- Answers { 1 when the state was lost, ended now, { id, camera, source, user, room, identity, cause, ... } }.
local now, counts, patience, most = clock(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
call('SET', prefix .. 'heard', now)
local ended = 0
for i = 5, #ARGV do
  local late = expire(ARGV[i], now, counts, 500)
  if late > 0 then publish_count(ARGV[i], counts) end
  ended = ended + late
end
local list, taken, again, gone = prefix .. 'ended', {}, { 'XX' }, {}
for _, id in ipairs(call('ZRANGEBYSCORE', list, '-inf', now, 'LIMIT', 0, most)) do
  local row = call('HMGET', prefix .. 'reservation:' .. id, 'camera_id', 'source', 'user_id', 'room', 'identity', 'ended')
  if row[1] then
    again[#again + 1] = now + patience
    again[#again + 1] = id
    taken[#taken + 1] = id
    for j = 1, 6 do taken[#taken + 1] = row[j] or '' end
  else
    gone[#gone + 1] = id
  end
end
if #again > 1 then call('ZADD', list, unpack(again)) end
if #gone > 0 then call('ZREM', list, unpack(gone)) end
return { lost() and 1 or 0, ended, taken }
