--#include common.lua
-- ARGV: now, counts, then the sources
-- Answers, for each source: { source, charged, limit or -1, reservations, { camera, reservations, since, ... } }.
local now, counts = clock(ARGV[1]), ARGV[2]
local answer = {}
for i = 3, #ARGV do
  local source = ARGV[i]
  if expire(source, now, counts, 500) > 0 then publish_count(source, counts) end
  local ids = call('ZRANGE', prefix .. 'active:' .. source, 0, -1)
  local held, since = {}, {}
  for _, id in ipairs(ids) do
    local row = call('HMGET', prefix .. 'reservation:' .. id, 'camera_id', 'created_at')
    local camera, created = row[1], tonumber(row[2])
    if camera then
      held[camera] = (held[camera] or 0) + 1
      if created and created < (since[camera] or math.huge) then since[camera] = created end
    end
  end
  local cameras = {}
  for camera, viewers in pairs(held) do
    cameras[#cameras + 1] = camera
    cameras[#cameras + 1] = viewers
    cameras[#cameras + 1] = tostring(since[camera] or now)
  end
  local limit = tonumber(call('GET', prefix .. 'limit:' .. source)) or -1
  answer[#answer + 1] = { source, charged(source, counts), limit, #ids, cameras }
end
return answer
