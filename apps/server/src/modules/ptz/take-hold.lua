-- Who may move a camera now.
-- KEYS[1] the hold of the camera
-- ARGV    user, rank (1: administrator), name, name in Arabic, milliseconds a hold lasts without another command
-- Answers 'taken', 'kept', or {name, name in Arabic, milliseconds left} of whoever has it.
local key, user, rank = KEYS[1], ARGV[1], tonumber(ARGV[2])
local held = redis.call('HMGET', key, 'user', 'rank', 'name', 'name_ar')
if held[1] and held[1] ~= user and rank <= tonumber(held[2]) then
  return { held[3], held[4], redis.call('PTTL', key) }
end
redis.call('HSET', key, 'user', user, 'rank', rank, 'name', ARGV[3], 'name_ar', ARGV[4])
redis.call('PEXPIRE', key, ARGV[5])
if held[1] == user then return 'kept' end
return 'taken'
