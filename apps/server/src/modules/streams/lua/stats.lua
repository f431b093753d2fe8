--#include common.lua
-- ARGV: now, counts, then pairs of source and default limit
-- Answers, for each source: { source, charged, limit, reservations, { camera, reservations, since, ... } }.
local now = clock(ARGV[1])
local counts = ARGV[2]
local answer = {}
for i = 3, #ARGV, 2 do
  local source = ARGV[i]
  if expire(source, now, 500) > 0 then publish_count(source, counts) end
  local cameras = {}
  local flat = server.call('HGETALL', prefix .. 'cameras:' .. source)
  for j = 1, #flat, 2 do
    cameras[#cameras + 1] = flat[j]
    cameras[#cameras + 1] = tonumber(flat[j + 1])
    cameras[#cameras + 1] = server.call('HGET', prefix .. 'since:' .. source, flat[j]) or tostring(now)
  end
  answer[#answer + 1] = {
    source,
    charged(source, counts),
    limit_of(source, ARGV[i + 1]),
    server.call('ZCARD', prefix .. 'active:' .. source),
    cameras,
  }
end
return answer
