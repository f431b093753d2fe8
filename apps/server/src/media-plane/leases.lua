-- Answers the value of every lease. KEYS[1]: set of the ids of nodes; ARGV[1]: what the key of a lease begins with.
-- An id whose lease is over leaves the set; its node enters it again with the lease, in one transaction.
local found = {}
for _, id in ipairs(server.call('SMEMBERS', KEYS[1])) do
  local lease = server.call('GET', ARGV[1] .. id)
  if lease then
    found[#found + 1] = lease
  else
    server.call('SREM', KEYS[1], id)
  end
end
return found
