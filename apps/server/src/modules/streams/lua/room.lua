--#include common.lua
-- ARGV: now (not used), room
-- Answers what is reserved in it: { id, camera, identity, ... }.
local found = {}
local slots = call('HGETALL', prefix .. 'room:' .. ARGV[2])
for i = 2, #slots, 2 do
  local row = call('HMGET', prefix .. 'reservation:' .. slots[i], 'camera_id', 'identity', 'ended')
  if row[1] and not row[3] then
    found[#found + 1] = slots[i]
    found[#found + 1] = row[1]
    found[#found + 1] = row[2] or ''
  end
end
return found
