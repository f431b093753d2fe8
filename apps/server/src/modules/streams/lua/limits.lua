--#include common.lua
-- ARGV: pairs of source and limit
-- Sets limits; from then on the state counts as known. Answers nothing.
for i = 1, #ARGV, 2 do call('SET', prefix .. 'limit:' .. ARGV[i], ARGV[i + 1]) end
call('SET', prefix .. 'ready', 1)
