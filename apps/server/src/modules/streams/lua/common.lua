-- Shared by the scripts of reservations. All keys begin with KEYS[1], the prefix with its hash tag, and so lie on one
-- shard; which further ones a script needs depends on what it finds, so they cannot all be declared.
--
--   stream:limit:<source>       limit of an agency; without it the state was lost, and nothing is decided
--   stream:count:<source>       what is charged to the agency now; for readers, derived from the truth below
--   stream:active:<source>      zset: reservation id → when it is over unless a beat comes (ms). The truth.
--   stream:cameras:<source>     hash: camera id → reservations of it; only where cameras are counted
--   stream:reservation:<id>     hash: the reservation; stays for an hour after the last sweep that found it held
--   stream:room:<room>          hash: "user\ncamera" → reservation id: what a room shows, and what makes reserving idempotent
--   stream:sources              set: every agency
--   stream:heard                when a process last listened (ms), as each does every second
--   stream:ended                zset: reservation id → when its media is to be stopped (ms), until that is done
--
-- Every call from here to the server costs about as much as everything around it, so there are as few as can be.
local prefix = KEYS[1] .. 'stream:'
local call = server.call
-- How long what is written of a reservation is kept (ms). Every sweep begins it anew for those that are held, so that no
-- beat has to.
local memory = 3600000

-- How long nobody may listen before that time does not count (ms).
local deaf = 3000

-- Gives everybody back the time in which nobody could hear a beat, because every api process or this server was away.
local function forgive(now)
  local heard = tonumber(call('GET', prefix .. 'heard'))
  if not heard or now - heard < deaf then return end
  for _, source in ipairs(call('SMEMBERS', prefix .. 'sources')) do
    local active = prefix .. 'active:' .. source
    for _, id in ipairs(call('ZRANGE', active, 0, -1)) do call('ZINCRBY', active, now - heard, id) end
  end
  call('SET', prefix .. 'heard', now)
end

-- The server's clock: one for every api process. A test gives its own. To be asked before any deadline is looked at.
local function clock(given)
  local now = tonumber(given)
  if not now then
    local time = call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  forgive(now)
  return now
end

local function charged(source, counts)
  if counts == 'cameras' then return call('HLEN', prefix .. 'cameras:' .. source) end
  return call('ZCARD', prefix .. 'active:' .. source)
end

local function publish_count(source, counts)
  call('SET', prefix .. 'count:' .. source, charged(source, counts))
end

-- Whether the state is that of an empty Valkey: after a flush, or a start without its file.
local function lost()
  return call('EXISTS', prefix .. 'ready') == 0
end

-- Ends one reservation and writes down that its media has to be stopped. `held`: its camera, user and room, when they
-- are known already.
local function finish(id, source, cause, now, counts, held)
  if call('ZREM', prefix .. 'active:' .. source, id) == 0 then return false end
  local key = prefix .. 'reservation:' .. id
  held = held or call('HMGET', key, 'camera_id', 'user_id', 'room')
  local camera = held[1]
  if not camera then return true end
  if counts == 'cameras' then
    local cameras = prefix .. 'cameras:' .. source
    if call('HINCRBY', cameras, camera, -1) <= 0 then call('HDEL', cameras, camera) end
  end
  local room, slot = prefix .. 'room:' .. held[3], held[2] .. '\n' .. camera
  if call('HGET', room, slot) == id then call('HDEL', room, slot) end
  call('HSET', key, 'ended', cause, 'ended_at', now)
  call('ZADD', prefix .. 'ended', now, id)
  return true
end

-- Ends what had no beat in time, at most `most` at once so that no call takes long.
local function expire(source, now, counts, most)
  local late = call('ZRANGEBYSCORE', prefix .. 'active:' .. source, '-inf', now, 'LIMIT', 0, most)
  for _, id in ipairs(late) do finish(id, source, 'expired', now, counts) end
  return #late
end
