import type { CallCounter, Clock, Logger } from '@rae/kernel';
import type { Redis } from 'ioredis';
import { connectRedis } from '../connect-redis.ts';
import { createInProcessCallCounter } from './in-process.ts';

/** A gateway does not wait longer for Redis than a request may take. */
const ANSWER_WITHIN_MS = 250;

/**
 * One step on lists of instants, oldest first, in Redis' own clock: drop what is over (or stands ahead of a clock that was set
 * back), count, and add to all or none. A list of integers takes some 11 bytes an entry; each is added and dropped once. Of each
 * name three arguments, limit, window and calls, and three numbers of the answer: room, used, freeAt.
 */
const TAKE = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local taken, answer = true, {}
for n, key in ipairs(KEYS) do
  local limit, window, calls = tonumber(ARGV[3 * n - 2]), tonumber(ARGV[3 * n - 1]), tonumber(ARGV[3 * n])
  local oldest = tonumber(redis.call('LINDEX', key, 0) or nil)
  while oldest and (oldest <= now - window or oldest > now + window) do
    redis.call('LPOP', key)
    oldest = tonumber(redis.call('LINDEX', key, 0) or nil)
  end
  local used = redis.call('LLEN', key)
  local room = used + calls <= limit
  local leaves = room and 0 or math.max(math.min(used + calls - limit, used) - 1, 0)
  local at = tonumber(redis.call('LINDEX', key, leaves) or nil)
  answer[3 * n - 2], answer[3 * n - 1], answer[3 * n] = room and 1 or 0, used, at and at + window or now
  taken = taken and room
end
if not taken then return answer end
for n, key in ipairs(KEYS) do
  local window, calls = tonumber(ARGV[3 * n - 1]), tonumber(ARGV[3 * n])
  for _ = 1, calls do redis.call('RPUSH', key, now) end
  if calls > 0 then redis.call('PEXPIRE', key, window) end
  if answer[3 * n - 1] == 0 and calls > 0 then answer[3 * n] = now + window end
  answer[3 * n - 1] = answer[3 * n - 1] + calls
end
return answer
`;

export interface RedisCallCounterOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** ioredis sends the script itself only where Redis does not know it yet. */
interface WithTake {
  takeCalls(names: number, ...keysAndArguments: readonly (string | number)[]): Promise<readonly number[]>;
}
const define = (redis: Redis): WithTake => {
  redis.defineCommand('takeCalls', { lua: TAKE });
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
    async take(asks) {
      if (redis.status !== 'ready') return alone.take(asks);
      try {
        const keys = asks.map(({ name }) => `rae:calls:${name}`);
        const values = asks.flatMap(({ window, calls }) => [window.limit, window.windowMs, calls]);
        const told = await script.takeCalls(keys.length, ...keys, ...values);
        return asks.map((_, at) => {
          const [room, used = 0, freeAt = 0] = told.slice(3 * at);
          return { hasRoom: room === 1, used, freeAt: new Date(freeAt) };
        });
      } catch (err) {
        logger.warn({ err }, 'a call was counted in this process: Redis did not answer');
        return alone.take(asks);
      }
    },
    async close() {
      redis.disconnect();
      await alone.close();
    },
  };
}
