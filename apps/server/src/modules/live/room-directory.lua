-- Which edge a room is on. KEYS[1]: hash room → edge. ARGV: room, the edge chosen for it, then the edges that live.
-- A room stays where it is as long as that edge lives: moving it would throw its viewers out for nothing.
local room, chosen = ARGV[1], ARGV[2]
local known = server.call('HGET', KEYS[1], room)
for i = 3, #ARGV do
  if known == ARGV[i] then return known end
end
server.call('HSET', KEYS[1], room, chosen)
return chosen
