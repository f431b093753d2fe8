--#include common.lua
-- ARGV: 1 when the state counts as known from now on, then pairs of source and limit
-- Sets limits. While nothing is known they are left for whoever makes it known. Answers nothing.
if ARGV[1] ~= '1' and lost() then return end
for i = 2, #ARGV, 2 do
  call('SADD', prefix .. 'sources', ARGV[i])
  call('SET', prefix .. 'limit:' .. ARGV[i], ARGV[i + 1])
end
call('SET', prefix .. 'ready', 1)
