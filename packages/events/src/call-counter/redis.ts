import type { CallCount, CallCounter, Clock, Logger } from '@rae/kernel';
import type { Redis } from 'ioredis';
import { connectRedis } from '../connect-redis.ts';
import { createInProcessCallCounter } from './in-process.ts';

/** A gateway does not wait longer for Redis than a request may take. */
const ANSWER_WITHIN_MS = 250;

/**
 * One step on a list of instants, oldest first, in Redis' own clock: drop what is over (or stands ahead of a clock that was set
 * back), count, add. A list of integers takes some 11 bytes an entry; each is added and dropped once.
 */
const TAKE = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local limit, window, calls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or nil)
while oldest and (oldest <= now - window or oldest > now + window) do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0) or nil)
end
local used = redis.call('LLEN', KEYS[1])
if used + calls > limit then
  local leaves = math.max(math.min(used + calls - limit, used) - 1, 0)
  local at = tonumber(redis.call('LINDEX', KEYS[1], leaves) or nil)
  return {0, used, at and at + window or now}
end
for _ = 1, calls do redis.call('RPUSH', KEYS[1], now) end
if calls > 0 then redis.call('PEXPIRE', KEYS[1], window) end
used = used + calls
return {1, used, used > 0 and (oldest or now) + window or now}
`;

export interface RedisCallCounterOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** ioredis sends the script itself only where Redis does not know it yet. */
interface WithTake {
  takeCalls(key: string, limit: number, windowMs: number, calls: number): Promise<readonly [number, number, number]>;
}
const define = (redis: Redis): WithTake => {
  redis.defineCommand('takeCalls', { numberOfKeys: 1, lua: TAKE });
  return redis as Redis & WithTake; // defineCommand adds the method, and ioredis cannot type it
};

/**
 * Counts in Redis, for all processes together. While Redis is away each process counts for itself: limits are then those of
 * one process, which is more than nothing and stops nobody.
 */
export function createRedisCallCounter({ url, clock, logger }: RedisCallCounterOptions): CallCounter {
  const away = 'Redis does not answer, and each process counts calls for itself';
  const redis = connectRedis(url, logger, away, { commandTimeout: ANSWER_WITHIN_MS });
  const script = define(redis);
  const alone = createInProcessCallCounter(clock);
  return {
    async take(name, window, calls): Promise<CallCount> {
      if (redis.status !== 'ready') return alone.take(name, window, calls);
      try {
        const key = `rae:calls:${name}`;
        const [taken, used, freeAt] = await script.takeCalls(key, window.limit, window.windowMs, calls);
        return { taken: taken === 1, used, freeAt: new Date(freeAt) };
      } catch (err) {
        logger.warn({ err }, 'a call was counted in this process: Redis did not answer');
        return alone.take(name, window, calls);
      }
    },
    async close() {
      redis.disconnect();
      await alone.close();
    },
  };
}
