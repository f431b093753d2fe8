--#include common.lua
-- ARGV: now, counts, then the sources
-- Ends what is late, then counts every camera and room anew from the reservations themselves, so that no mistake (an
-- administrator's hand, a change of what is counted) lasts longer than one round. Answers how many were ended.
local now, counts = clock(ARGV[1]), ARGV[2]
local ended = 0
local rooms = {}
for i = 3, #ARGV do
  local source = ARGV[i]
  local page
  repeat
    page = expire(source, now, counts, 500)
    ended = ended + page
  until page < 500
  local truth = {}
  for _, id in ipairs(call('ZRANGE', prefix .. 'active:' .. source, 0, -1)) do
    local key = prefix .. 'reservation:' .. id
    local row = call('HMGET', key, 'camera_id', 'user_id', 'room')
    local camera = row[1]
    if camera then
      call('PEXPIRE', key, memory)
      truth[camera] = (truth[camera] or 0) + 1
      local room = rooms[row[3]] or {}
      room[row[2] .. '\n' .. camera] = id
      rooms[row[3]] = room
    else
      -- Without its fields nobody can hold it, nor end it.
      call('ZREM', prefix .. 'active:' .. source, id)
      ended = ended + 1
    end
  end
  local cameras = prefix .. 'cameras:' .. source
  call('DEL', cameras)
  if counts == 'cameras' then
    for camera, held in pairs(truth) do call('HSET', cameras, camera, held) end
  end
  publish_count(source, counts)
end
for name, slots in pairs(rooms) do
  local key = prefix .. 'room:' .. name
  for _, slot in ipairs(call('HKEYS', key)) do
    if not slots[slot] then call('HDEL', key, slot) end
  end
  for slot, id in pairs(slots) do call('HSETNX', key, slot, id) end
end
return ended
