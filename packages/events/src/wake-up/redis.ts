import { randomUUID } from 'node:crypto';
import type { Logger, WakeUp } from '@rae/kernel';
import { connectRedis } from '../connect-redis.ts';
import { COALESCE_MS, createInProcessWakeUp } from './in-process.ts';

const CHANNEL = 'rae:wake';

export interface RedisWakeUpOptions {
  readonly url: string;
  readonly logger: Logger;
}

const connect = ({ url, logger }: RedisWakeUpOptions) =>
  connectRedis(url, logger, 'Redis does not answer, and hints wait for the next poll');

/**
 * Hints within this process and, by PUBLISH, to all others of the same Redis. A Redis that is away costs the others the time
 * to their next poll and nothing else.
 */
export function createRedisWakeUp(options: RedisWakeUpOptions): WakeUp {
  const local = createInProcessWakeUp();
  const publisher = connect(options);
  const subscriber = connect(options);
  const self = randomUUID();
  const dirty = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  subscriber.on('ready', () => void subscriber.subscribe(CHANNEL).catch(() => {}));
  subscriber.on('message', (_channel, message: string) => {
    const [sender, ...topics] = message.split(',');
    if (sender !== self) for (const topic of topics) local.notify(topic);
  });
  const flush = () => {
    timer = null;
    const message = [self, ...dirty].join(',');
    dirty.clear();
    if (publisher.status === 'ready') publisher.publish(CHANNEL, message).catch(() => {});
  };
  return {
    notify(topic) {
      local.notify(topic);
      dirty.add(topic);
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    subscribe: local.subscribe,
    async close() {
      if (timer) clearTimeout(timer);
      publisher.disconnect();
      subscriber.disconnect();
      await local.close();
    },
  };
}
