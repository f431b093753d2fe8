-- Shared by the scripts of reservations. All keys begin with KEYS[1], the prefix with its hash tag, and so lie on one
-- shard; which further ones a script needs depends on what it finds, so they cannot all be declared.
--
--   stream:limit:<source>       limit of an agency
--   stream:count:<source>       what is charged to the agency now; for readers, derived from the truth below
--   stream:active:<source>      zset: reservation id → when it is over unless a beat comes (ms). The truth.
--   stream:cameras:<source>     hash: camera id → reservations of it
--   stream:since:<source>       hash: camera id → since when somebody watches it (ms)
--   stream:reservation:<id>     hash: the reservation
--   stream:user:<user>          hash: "camera\nroom" → reservation id: makes reserving idempotent
--   stream:room:<room>          hash: reservation id → camera id
--   stream:rooms                set of rooms that have reservations
--   stream:ended                list of reservations that ended and whose media has still to be stopped (JSON)
local prefix = KEYS[1] .. 'stream:'

-- The server's clock: one for every api process. A test gives its own.
local function clock(given)
  if given ~= '' then return tonumber(given) end
  local time = server.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function charged(source, counts)
  if counts == 'cameras' then return server.call('HLEN', prefix .. 'cameras:' .. source) end
  return server.call('ZCARD', prefix .. 'active:' .. source)
end

local function publish_count(source, counts)
  server.call('SET', prefix .. 'count:' .. source, charged(source, counts))
end

local function limit_of(source, default)
  local limit = tonumber(server.call('GET', prefix .. 'limit:' .. source))
  if limit then return limit end
  server.call('SET', prefix .. 'limit:' .. source, default)
  return tonumber(default)
end

local function fields(id)
  local flat = server.call('HGETALL', prefix .. 'reservation:' .. id)
  local found = {}
  for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
  return found
end

-- Ends one reservation and writes down what is left to do about it. `held` are its fields.
local function finish(id, source, held, cause)
  if server.call('ZREM', prefix .. 'active:' .. source, id) == 0 then return false end
  local camera = held.camera_id
  if camera then
    if server.call('HINCRBY', prefix .. 'cameras:' .. source, camera, -1) <= 0 then
      server.call('HDEL', prefix .. 'cameras:' .. source, camera)
      server.call('HDEL', prefix .. 'since:' .. source, camera)
    end
    local slot = camera .. '\n' .. held.room
    if server.call('HGET', prefix .. 'user:' .. held.user_id, slot) == id then
      server.call('HDEL', prefix .. 'user:' .. held.user_id, slot)
    end
    server.call('HDEL', prefix .. 'room:' .. held.room, id)
    if server.call('EXISTS', prefix .. 'room:' .. held.room) == 0 then
      server.call('SREM', prefix .. 'rooms', held.room)
    end
    server.call('RPUSH', prefix .. 'ended', cjson.encode({
      reservation_id = id,
      camera_id = camera,
      source = source,
      user_id = held.user_id,
      room = held.room,
      identity = held.identity,
      cause = cause,
    }))
    -- Without an edge for a long time there is no media to stop either: then the oldest may be forgotten.
    server.call('LTRIM', prefix .. 'ended', -10000, -1)
    -- The row stays for a while, marked: releasing one's own ended reservation is not an error.
    server.call('HSET', prefix .. 'reservation:' .. id, 'ended', cause)
    server.call('PEXPIRE', prefix .. 'reservation:' .. id, 3600000)
  end
  return true
end

-- Ends what had no beat in time, at most `most` at once so that no call takes long.
local function expire(source, now, most)
  local late = server.call('ZRANGEBYSCORE', prefix .. 'active:' .. source, '-inf', now, 'LIMIT', 0, most)
  for _, id in ipairs(late) do finish(id, source, fields(id), 'expired') end
  return #late
end
