/** A list of ids lives as long as the longest-lived of them. */
const LIVE = `
local function live(key, till)
  local left = redis.call('PEXPIRETIME', key)
  if left < tonumber(till) then redis.call('PEXPIREAT', key, till) end
end`;

/**
 * Keeps memories under a cap, once for a key, in one step.
 * KEYS: all ids, the call, the memories, the lists. ARGV: now, cap, what to keep for the call ('' = nothing), for how long,
 * and the memories as JSON [{id, text, until, lists}].
 */
export const PUT = `${LIVE}
if ARGV[3] ~= '' then
  local was = redis.call('GET', KEYS[2])
  if was then return {'KNOWN', was} end
end
local rows = cjson.decode(ARGV[5])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
local held = redis.call('ZCARD', KEYS[1])
if held + #rows > tonumber(ARGV[2]) then return {'FULL', held} end
for at, row in ipairs(rows) do
  local till = string.format('%.0f', row['until'])
  redis.call('SET', KEYS[2 + at], row.text, 'PXAT', till)
  redis.call('ZADD', KEYS[1], till, row.id)
  live(KEYS[1], till)
  for _, list in ipairs(row.lists) do
    redis.call('ZREMRANGEBYSCORE', list, '-inf', ARGV[1])
    redis.call('ZADD', list, till, row.id)
    live(list, till)
  end
end
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4]) end
return {'DONE'}`;

/** KEYS: the memory, all ids, its lists. ARGV: its text before, its text after, until when, its id. */
export const REPLACE = `${LIVE}
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3])
for at = 2, #KEYS do
  redis.call('ZADD', KEYS[at], ARGV[3], ARGV[4])
  live(KEYS[at], ARGV[3])
end
return 1`;
