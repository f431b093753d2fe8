--#include common.lua
-- ARGV: now, id, user (or ''), counts, lifetime, patience
-- Answers when it expires now (ms), or 0 when it is over, unknown or a stranger's.
local now = clock(ARGV[1])
local id, user, counts = ARGV[2], ARGV[3], ARGV[4]
local lifetime, patience = tonumber(ARGV[5]), tonumber(ARGV[6])
local held = fields(id)
if not held.camera_id or held.ended or (user ~= '' and held.user_id ~= user) then return 0 end
local active = prefix .. 'active:' .. held.source
local over = tonumber(server.call('ZSCORE', active, id))
if not over then return 0 end
-- Too late is too late, even when nobody has cleaned up yet: somebody else may have been refused meanwhile.
if over <= now then
  finish(id, held.source, held, 'expired')
  publish_count(held.source, counts)
  return 0
end
local expires = now + lifetime
local key = prefix .. 'reservation:' .. id
server.call('HSET', key, 'beat_at', now, 'expires_at', expires)
server.call('PEXPIRE', key, lifetime * 2)
server.call('ZADD', active, math.min(now + patience, expires), id)
return expires
