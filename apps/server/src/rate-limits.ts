import { createInProcessCallCounter, createRedisCallCounter } from '@rae/events';
import { createRateLimits, type RateLimitRule, type RateLimits, readAccess } from '@rae/identity';
import { PlatformError } from '@rae/kernel';
import { readSupergraph } from '@rae/schema/supergraph';
import { parse } from 'graphql';
import type { Config } from './config.ts';
import type { Platform } from './platform.ts';

/** What a client that works as it is meant to does not reach, and one that runs wild does. */
const PRODUCTION: readonly RateLimitRule[] = [
  { operation: 'createMemory', limit: 3_000, windowSeconds: 60 },
  { operation: 'searchMemories', limit: 600, windowSeconds: 60 },
  { operation: 'ask', limit: 60, windowSeconds: 60 },
];

function chooseDefaults({ rateLimits, production, databaseUrl }: Config, operations: ReadonlySet<string>) {
  const unknown = rateLimits?.find(({ operation }) => !operations.has(operation));
  if (unknown)
    throw new PlatformError(
      'BAD_USER_INPUT',
      `RAE_RATE_LIMITS names ${unknown.operation}, which is no root field of this version.`,
      { setting: 'RAE_RATE_LIMITS' },
    );
  if (rateLimits) return rateLimits;
  return production && databaseUrl ? PRODUCTION.filter(({ operation }) => operations.has(operation)) : [];
}

const readOperations = (): ReadonlySet<string> =>
  new Set([...readAccess(parse(readSupergraph())).keys()].map((field) => field.split('.')[1] ?? ''));

/**
 * Rate limits of this installation, counted in Redis where it is set, within this process otherwise.
 *
 * @throws PlatformError BAD_USER_INPUT when RAE_RATE_LIMITS names something that cannot be asked
 */
export function openRateLimits({
  config,
  transact,
  clock,
  logger,
}: Platform): RateLimits & { close: () => Promise<void> } {
  const operations = readOperations();
  const defaults = chooseDefaults(config, operations);
  const url = config.redisUrl;
  const counter = url ? createRedisCallCounter({ url, clock, logger }) : createInProcessCallCounter(clock);
  const isOperation = (name: string) => operations.has(name);
  return { ...createRateLimits({ transact, clock, counter, defaults, isOperation }), close: counter.close };
}
