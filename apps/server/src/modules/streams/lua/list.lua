--#include common.lua
-- ARGV: now, then the sources
-- Answers every reservation: { id, camera, source, user, room, identity, quality, created at, over at, ... }.
local now = clock(ARGV[1])
local found = {}
for i = 2, #ARGV do
  local held = call('ZRANGEBYSCORE', prefix .. 'active:' .. ARGV[i], '(' .. now, '+inf', 'WITHSCORES')
  for j = 1, #held, 2 do
    local row = call('HMGET', prefix .. 'reservation:' .. held[j], 'camera_id', 'user_id', 'room', 'identity', 'quality',
      'created_at')
    if row[1] then
      for _, value in ipairs({ held[j], row[1], ARGV[i], row[2], row[3], row[4] or '', row[5] or '', row[6] or '0',
        held[j + 1] }) do
        found[#found + 1] = value
      end
    end
  end
end
return found
