--#include common.lua
-- ARGV: now, counts, lifetime, patience, then for each beat: id, user (or '')
-- Answers for each when it expires now (ms); 0 when it is over, unknown or a stranger's; -1 when nothing is known of
-- anybody. Many beats in one call cost a fraction of as many calls.
local now, counts = clock(ARGV[1]), ARGV[2]
local expires, over = now + ARGV[3], now + ARGV[4]
local answers, beats, forgotten = {}, {}, nil
for i = 5, #ARGV, 2 do
  local id, user = ARGV[i], ARGV[i + 1]
  local held = call('HMGET', prefix .. 'reservation:' .. id, 'source', 'user_id')
  local source, answer = held[1], 0
  if not source then
    if forgotten == nil then forgotten = lost() end
    if forgotten then answer = -1 end
  elseif user == '' or held[2] == user then
    -- What has ended has no deadline any more.
    local deadline = tonumber(call('ZSCORE', prefix .. 'active:' .. source, id))
    if deadline and deadline > now then
      local moved = beats[source] or { 'XX' }
      moved[#moved + 1] = over
      moved[#moved + 1] = id
      beats[source] = moved
      answer = expires
    elseif deadline then
      -- Too late is too late, even when nobody has cleaned up yet: somebody else may have been refused meanwhile.
      finish(id, source, 'expired', now, counts)
      publish_count(source, counts)
    end
  end
  answers[#answers + 1] = answer
end
for source, moved in pairs(beats) do call('ZADD', prefix .. 'active:' .. source, unpack(moved)) end
return answers
