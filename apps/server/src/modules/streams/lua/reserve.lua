--#include common.lua
-- ARGV: now, source, counts, id, camera, user, room, identity, quality, lifetime, patience, may be new
-- Answers { 'OK' | 'KEPT', id, identity, expires at } or { 'FULL', current, limit } or { 'NOT_NEW' } or { 'LOST' }.
local now, source, counts, id = clock(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local camera, user, room, lifetime = ARGV[5], ARGV[6], prefix .. 'room:' .. ARGV[7], tonumber(ARGV[10])
local active, slot = prefix .. 'active:' .. source, user .. '\n' .. camera
local over, expires = now + ARGV[11], now + lifetime

local limit = tonumber(call('GET', prefix .. 'limit:' .. source))
if not limit then return { 'LOST' } end

local known = call('HGET', room, slot)
local until_then = known and tonumber(call('ZSCORE', active, known))
if until_then and until_then > now then
  local key = prefix .. 'reservation:' .. known
  call('HSET', key, 'quality', ARGV[9])
  call('ZADD', active, over, known)
  return { 'KEPT', known, call('HGET', key, 'identity'), expires }
end
if until_then then
  finish(known, source, 'expired', now, counts)
  publish_count(source, counts)
end
if ARGV[12] ~= '1' then return { 'NOT_NEW' } end

local by_camera = counts == 'cameras'
local cameras = prefix .. 'cameras:' .. source
local current = charged(source, counts)
if current >= limit then
  local free = function() return by_camera and call('HEXISTS', cameras, camera) == 1 end
  if not free() then
    -- Only who would be refused has to know whether somebody's time is over.
    if expire(source, now, counts, 100) > 0 then
      current = charged(source, counts)
      call('SET', prefix .. 'count:' .. source, current)
    end
    if current >= limit then return { 'FULL', current, limit } end
  end
end

local key = prefix .. 'reservation:' .. id
call('HSET', key, 'camera_id', camera, 'source', source, 'user_id', user, 'room', ARGV[7], 'identity', ARGV[8],
  'quality', ARGV[9], 'created_at', now)
-- What ends it is its place in `active`, and that needs these fields.
call('PEXPIRE', key, memory)
call('ZADD', active, over, id)
call('HSET', room, slot, id)
if not by_camera or call('HINCRBY', cameras, camera, 1) == 1 then current = current + 1 end
call('SET', prefix .. 'count:' .. source, current)
return { 'OK', id, ARGV[8], expires }
