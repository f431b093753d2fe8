--#include common.lua
-- ARGV: now, id, user (or '' for whoever it is), counts, cause
-- Answers 'RELEASED', 'ALREADY' when it had ended before, or 'UNKNOWN', also for a stranger's.
local id, user, counts, cause = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local held = fields(id)
if not held.camera_id or (user ~= '' and held.user_id ~= user) then return 'UNKNOWN' end
if held.ended or not finish(id, held.source, held, cause) then return 'ALREADY' end
publish_count(held.source, counts)
return 'RELEASED'
