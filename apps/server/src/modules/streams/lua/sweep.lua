--#include common.lua
-- ARGV: now, counts, then pairs of source and default limit
-- Ends what is late, then counts every camera anew from the reservations themselves, so that no mistake (a script that
-- ran out of memory half-way, an administrator's hand) lasts longer than one round. Answers how many were ended.
local now = clock(ARGV[1])
local counts = ARGV[2]
local ended = 0
for i = 3, #ARGV, 2 do
  local source = ARGV[i]
  local page
  repeat
    page = expire(source, now, 500)
    ended = ended + page
  until page < 500
  local truth = {}
  for _, id in ipairs(server.call('ZRANGE', prefix .. 'active:' .. source, 0, -1)) do
    local camera = server.call('HGET', prefix .. 'reservation:' .. id, 'camera_id')
    if camera then
      truth[camera] = (truth[camera] or 0) + 1
    else
      -- Without its fields nobody can hold it, nor end it.
      server.call('ZREM', prefix .. 'active:' .. source, id)
      ended = ended + 1
    end
  end
  local cameras, since = prefix .. 'cameras:' .. source, prefix .. 'since:' .. source
  local flat = server.call('HGETALL', cameras)
  for j = 1, #flat, 2 do
    if not truth[flat[j]] then
      server.call('HDEL', cameras, flat[j])
      server.call('HDEL', since, flat[j])
    end
  end
  for camera, held in pairs(truth) do
    server.call('HSET', cameras, camera, held)
    server.call('HSETNX', since, camera, now)
  end
  limit_of(source, ARGV[i + 1])
  publish_count(source, counts)
end
for _, room in ipairs(server.call('SMEMBERS', prefix .. 'rooms')) do
  for _, id in ipairs(server.call('HKEYS', prefix .. 'room:' .. room)) do
    local source = server.call('HGET', prefix .. 'reservation:' .. id, 'source')
    if not source or not server.call('ZSCORE', prefix .. 'active:' .. source, id) then
      server.call('HDEL', prefix .. 'room:' .. room, id)
    end
  end
  if server.call('EXISTS', prefix .. 'room:' .. room) == 0 then server.call('SREM', prefix .. 'rooms', room) end
end
return ended
