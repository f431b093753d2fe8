-- Answers the value of every lease: the keys that begin with KEYS[1].
-- One call to one shard, because all keys share its hash tag; SCAN from outside would have to ask every shard.
local found, cursor = {}, '0'
repeat
  local page = server.call('SCAN', cursor, 'MATCH', ARGV[1], 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    local lease = server.call('GET', key)
    if lease then found[#found + 1] = lease end
  end
until cursor == '0'
return found
