import type { RedisScript } from '@rae/events';

/**
 * Lua's numbers are doubles and exact to 2^53 only, some 9 million USD in nano-dollars. So amounts stay texts: HINCRBY adds them
 * as 64-bit integers, and what is compared is split into whole dollars and nano-dollars (any 9 last digits), whose sums are exact.
 */
const EXACT = `
local function split(text)
  local sign = 1
  if string.sub(text, 1, 1) == '-' then sign = -1; text = string.sub(text, 2) end
  local high = #text > 9 and tonumber(string.sub(text, 1, #text - 9)) or 0
  return sign * high, sign * tonumber(string.sub(text, -9))
end
local function above(limit, atLeast, ...)
  local high, low = 0, 0
  for _, text in ipairs({...}) do
    local h, l = split(text)
    high = high + h; low = low + l
  end
  local carry = math.floor(low / 1e9)
  high = high + carry; low = low - carry * 1e9
  local limitHigh, limitLow = split(limit)
  return high > limitHigh or high == limitHigh and (low > limitLow or atLeast and low == limitLow)
end
`;

/**
 * KEYS: open, leases, holds, then a hash for each window: un, ut used, hn, ht held (nano-dollars, tokens), and h:<id> for each hold.
 * Before anything else: without its open marker this epoch is over, or Redis forgot it.
 */
const OPEN = `if redis.call('EXISTS', KEYS[1]) == 0 then return {'LOST'} end
`;

const HOLD_ALL = `
for i = 4, #KEYS do
  local old = seen[i][5]
  if old then
    local n, t = string.match(old, '^(%d+)|(%d+)$')
    redis.call('HINCRBY', KEYS[i], 'hn', '-' .. n)
    redis.call('HINCRBY', KEYS[i], 'ht', '-' .. t)
  end
  redis.call('HINCRBY', KEYS[i], 'hn', nano)
  redis.call('HINCRBY', KEYS[i], 'ht', tokens)
  redis.call('HSET', KEYS[i], 'h:' .. id, nano .. '|' .. tokens)
  redis.call('PEXPIRE', KEYS[i], ARGV[6])
end
redis.call('HSET', KEYS[3], id, ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], id)
return {'HELD'}
`;

const FIND_ALL = `
local seen, missing = {}, {}
for i = 4, #KEYS do
  seen[i] = redis.call('HMGET', KEYS[i], 'un', 'ut', 'hn', 'ht', 'h:' .. id)
  if not seen[i][1] then missing[#missing + 1] = tostring(i - 4) end
end
if #missing > 0 then return {'MISSING', unpack(missing)} end
`;

/**
 * ARGV: id, nano ('' unknown), tokens, when the lease ends, tenant and windows, lifetime, and for each window: B, D or A, limit in
 * nano and tokens ('' none), from which nano and tokens on a cheaper model is named, 1 where an unknown price is refused.
 */
export const HOLD: RedisScript = {
  name: 'raeHold',
  lua: `${EXACT}${OPEN}
local id, nano, tokens = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', KEYS[3], id) == 1 then return {'HELD'} end
${FIND_ALL}
local cheaper, full, priceless
for i = 4, #KEYS do
  local at = 6 + (i - 4) * 6
  local kind, limitNano, limitTokens, fromNano, fromTokens = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  if kind ~= 'A' then
    local un, ut, hn, ht = unpack(seen[i])
    local over = limitNano ~= '' and nano ~= '' and above(limitNano, false, un, hn, nano)
      or limitTokens ~= '' and above(limitTokens, false, ut, ht, tokens)
    if kind == 'D' and (over or fromNano ~= '' and above(fromNano, true, un, hn) or fromTokens ~= '' and above(fromTokens, true, ut, ht)) then
      cheaper = cheaper or i
    elseif over then full = full or i
    elseif ARGV[at + 6] == '1' then priceless = priceless or i
    end
  end
end
local decided = cheaper or full or priceless
if decided then
  return {cheaper and 'DOWNGRADE' or full and 'EXCEEDED' or 'UNPRICED', tostring(decided - 4), unpack(seen[decided], 1, 4)}
end
if nano == '' then nano = '0' end
${HOLD_ALL}`,
};

/** The same without asking: what is booked in any case is held beforehand, so that a crash in between forgets none of it. */
export const FORCE: RedisScript = {
  name: 'raeForce',
  lua: `${OPEN}
local id, nano, tokens = ARGV[1], ARGV[2], ARGV[3]
${FIND_ALL}
${HOLD_ALL}`,
};

/** ARGV: id, used nano, used tokens. What was held becomes used, in each window once. */
export const END: RedisScript = {
  name: 'raeEnd',
  lua: `${OPEN}
for i = 4, #KEYS do
  local held = redis.call('HGET', KEYS[i], 'h:' .. ARGV[1])
  if held then
    local n, t = string.match(held, '^(%d+)|(%d+)$')
    redis.call('HINCRBY', KEYS[i], 'hn', '-' .. n)
    redis.call('HINCRBY', KEYS[i], 'ht', '-' .. t)
    redis.call('HINCRBY', KEYS[i], 'un', ARGV[2])
    redis.call('HINCRBY', KEYS[i], 'ut', ARGV[3])
    redis.call('HDEL', KEYS[i], 'h:' .. ARGV[1])
  end
end
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return {'ENDED'}
`,
};

/** ARGV: nano, tokens. A difference to what was used; windows that nobody asked for yet will be read with it. */
export const ADD: RedisScript = {
  name: 'raeAdd',
  lua: `${OPEN}
for i = 4, #KEYS do
  if redis.call('HEXISTS', KEYS[i], 'un') == 1 then
    redis.call('HINCRBY', KEYS[i], 'un', ARGV[1])
    redis.call('HINCRBY', KEYS[i], 'ut', ARGV[2])
  end
end
return {'ADDED'}
`,
};

/** One window as Postgres knows it, unless it is there. ARGV: used nano, tokens, lifetime, then id, nano, tokens, lease, what for each hold. */
export const SEED: RedisScript = {
  name: 'raeSeed',
  lua: `${OPEN}
if redis.call('EXISTS', KEYS[4]) == 1 then return {'THERE'} end
redis.call('HSET', KEYS[4], 'un', ARGV[1], 'ut', ARGV[2], 'hn', '0', 'ht', '0')
redis.call('PEXPIRE', KEYS[4], ARGV[3])
for at = 4, #ARGV, 5 do
  redis.call('HINCRBY', KEYS[4], 'hn', ARGV[at + 1])
  redis.call('HINCRBY', KEYS[4], 'ht', ARGV[at + 2])
  redis.call('HSET', KEYS[4], 'h:' .. ARGV[at], ARGV[at + 1] .. '|' .. ARGV[at + 2])
  redis.call('HSETNX', KEYS[3], ARGV[at], ARGV[at + 4])
  redis.call('ZADD', KEYS[2], 'NX', ARGV[at + 3], ARGV[at])
end
return {'SEEDED'}
`,
};

/** ARGV: lifetime. From now on this epoch may be asked. */
export const OPEN_EPOCH: RedisScript = {
  name: 'raeOpen',
  lua: `redis.call('SET', KEYS[1], '1')
return {'OPEN'}
`,
};

/** ARGV: now, most. Holds whose lease is over: id, tenant and windows, one after the other. */
export const FIND_DUE: RedisScript = {
  name: 'raeDue',
  lua: `${OPEN}
local found = {'DUE'}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
  found[#found + 1] = id
  found[#found + 1] = redis.call('HGET', KEYS[3], id) or ''
end
return found
`,
};

/** ARGV: id, when its lease ends now. */
export const MOVE_LEASE: RedisScript = {
  name: 'raeLease',
  lua: `${OPEN}
redis.call('ZADD', KEYS[2], 'XX', ARGV[2], ARGV[1])
return {'MOVED'}
`,
};
