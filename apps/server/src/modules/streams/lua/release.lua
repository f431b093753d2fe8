--#include common.lua
-- ARGV: now, id, user (or '' for whoever it is), counts, cause
-- Answers { 'RELEASED', source, user }, or 'ALREADY' alike when it had ended before, or { 'UNKNOWN' }, also for a
-- stranger's, or { 'LOST' }.
local id, user, counts, cause = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local held = call('HMGET', prefix .. 'reservation:' .. id, 'camera_id', 'user_id', 'room', 'source', 'ended')
local source = held[4]
if not source then return { lost() and 'LOST' or 'UNKNOWN' } end
if user ~= '' and held[2] ~= user then return { 'UNKNOWN' } end
if held[5] or not finish(id, source, cause, clock(ARGV[1]), counts, held) then return { 'ALREADY', source, held[2] } end
publish_count(source, counts)
return { 'RELEASED', source, held[2] }
