import type { Logger } from '@rae/kernel';
import { Redis, type RedisOptions } from 'ioredis';
import { createOutage } from './outage.ts';

const RECONNECT_MS = { least: 50, most: 2_000 };

/**
 * A connection that is never waited for: what is asked while Redis is away fails at once, and it goes on trying to connect.
 *
 * @param what what does not work then, as the log says it
 */
export function connectRedis(url: string, logger: Logger, what: string, options: RedisOptions = {}): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(RECONNECT_MS.most, times * RECONNECT_MS.least),
    ...options,
  });
  const outage = createOutage(logger, {}, what);
  redis.on('error', outage.failed);
  redis.on('ready', outage.over);
  redis.connect().catch(() => {}); // told by 'error'
  return redis;
}
