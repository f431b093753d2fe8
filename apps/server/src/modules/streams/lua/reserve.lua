--#include common.lua
-- ARGV: now, source, default limit, counts, id, camera, user, room, identity, quality, lifetime, patience, may be new
-- Answers { 'OK' | 'KEPT', id, identity, expires at } or { 'FULL', current, limit } or { 'NOT_NEW' }.
local now = clock(ARGV[1])
local source, default, counts = ARGV[2], ARGV[3], ARGV[4]
local id, camera, user, room, identity, quality = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local lifetime, patience, may_be_new = tonumber(ARGV[11]), tonumber(ARGV[12]), ARGV[13]
local over = now + patience
local expires = now + lifetime

local ended = expire(source, now, 100)

local slot = camera .. '\n' .. room
local known = server.call('HGET', prefix .. 'user:' .. user, slot)
if known and server.call('ZSCORE', prefix .. 'active:' .. source, known) then
  local key = prefix .. 'reservation:' .. known
  server.call('HSET', key, 'quality', quality, 'expires_at', expires, 'beat_at', now)
  server.call('PEXPIRE', key, lifetime * 2)
  server.call('ZADD', prefix .. 'active:' .. source, math.min(over, expires), known)
  if ended > 0 then publish_count(source, counts) end
  return { 'KEPT', known, server.call('HGET', key, 'identity'), expires }
end
if may_be_new ~= '1' then
  if ended > 0 then publish_count(source, counts) end
  return { 'NOT_NEW' }
end

local limit = limit_of(source, default)
local current = charged(source, counts)
local free = counts == 'cameras' and server.call('HEXISTS', prefix .. 'cameras:' .. source, camera) == 1
if current >= limit and not free then
  if ended > 0 then publish_count(source, counts) end
  return { 'FULL', current, limit }
end

local key = prefix .. 'reservation:' .. id
server.call('HSET', key, 'camera_id', camera, 'source', source, 'user_id', user, 'room', room, 'identity', identity,
  'quality', quality, 'created_at', now, 'beat_at', now, 'expires_at', expires)
-- Longer than it can live without a beat: what ends it is its place in `active`, and that needs these fields.
server.call('PEXPIRE', key, lifetime * 2)
server.call('ZADD', prefix .. 'active:' .. source, math.min(over, expires), id)
if server.call('HINCRBY', prefix .. 'cameras:' .. source, camera, 1) == 1 then
  server.call('HSET', prefix .. 'since:' .. source, camera, now)
end
server.call('HSET', prefix .. 'user:' .. user, slot, id)
server.call('HSET', prefix .. 'room:' .. room, id, camera)
server.call('SADD', prefix .. 'rooms', room)
publish_count(source, counts)
return { 'OK', id, identity, expires }
