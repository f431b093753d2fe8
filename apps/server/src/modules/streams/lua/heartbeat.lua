--#include common.lua
-- ARGV: now, id, user (or ''), counts, lifetime, patience
-- Answers when it expires now (ms); 0 when it is over, unknown or a stranger's; -1 when nothing is known of anybody.
local id, user, lifetime = ARGV[2], ARGV[3], tonumber(ARGV[5])
local key = prefix .. 'reservation:' .. id
local held = call('HMGET', key, 'source', 'user_id', 'ended')
local source = held[1]
if not source then return lost() and -1 or 0 end
if held[3] or (user ~= '' and held[2] ~= user) then return 0 end
local active = prefix .. 'active:' .. source
local over = tonumber(call('ZSCORE', active, id))
if not over then return 0 end
local now = clock(ARGV[1])
-- Too late is too late, even when nobody has cleaned up yet: somebody else may have been refused meanwhile.
if over <= now then
  finish(id, source, 'expired', now)
  publish_count(source, ARGV[4])
  return 0
end
call('PEXPIRE', key, lifetime * 2)
call('ZADD', active, now + ARGV[6], id)
return now + lifetime
