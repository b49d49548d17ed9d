import type { Logger } from '@rae/kernel';
import { connectRedis } from './connect-redis.ts';

/** A script that Redis runs as one step; `name` is unique to `lua`. */
export interface RedisScript {
  readonly name: string;
  readonly lua: string;
}

/** Runs scripts on a Redis that may be away: then they fail at once, and nobody waits. */
export interface RedisScripts {
  /** False while Redis is away. */
  isReady(): boolean;
  /** @throws whatever went wrong; whether the script ran is then unknown */
  run(script: RedisScript, keys: readonly string[], values: readonly string[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface RedisScriptsOptions {
  readonly url: string;
  readonly logger: Logger;
  /** What does not work while Redis is away, as the log says it. */
  readonly away: string;
  /** Longer than this is an answer not waited for. */
  readonly answerWithinMs: number;
}

type Command = (count: number, ...rest: string[]) => Promise<unknown>;

/** A connection of its own; scripts are sent by their hash once Redis knows them. */
export function openRedisScripts({ url, logger, away, answerWithinMs }: RedisScriptsOptions): RedisScripts {
  const redis = connectRedis(url, logger, away, { commandTimeout: answerWithinMs });
  const commands = new Map<string, Command>();
  const find = ({ name, lua }: RedisScript): Command => {
    const known = commands.get(name);
    if (known) return known;
    redis.defineCommand(name, { lua });
    const command = Reflect.get(redis, name).bind(redis); // defineCommand adds the method, and ioredis cannot type it
    commands.set(name, command);
    return command;
  };
  return {
    isReady: () => redis.status === 'ready',
    run: (script, keys, values) => find(script)(keys.length, ...keys, ...values),
    close: async () => redis.disconnect(),
  };
}
