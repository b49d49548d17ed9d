import type { Transact } from '@rae/database';
import {
  type CallAsk,
  type CallCount,
  type CallCounter,
  type Caller,
  type CallWindow,
  type Clock,
  NO_CAUSE,
} from '@rae/kernel';
import { createExpiringCache } from './expiring-cache.ts';
import { findRateLimits, type RateLimitRule } from './queries/find-rate-limits.ts';

/** A limit and how much of it a credential has used. */
export interface RateLimit extends RateLimitRule {
  readonly remaining: number;
  readonly resetsAt: Date;
}

export interface RateLimitOptions {
  readonly transact: Transact;
  readonly clock: Clock;
  readonly counter: CallCounter;
  /** Of every tenant that sets nothing else. */
  readonly defaults: readonly RateLimitRule[];
  /** Whether the API has a root field of this name. */
  readonly isOperation: (name: string) => boolean;
}

export interface RateLimits {
  readonly isOperation: (name: string) => boolean;
  /** Counts calls of one credential to root fields, which `name` names: of all of them or of none; 0 only looks. */
  take(caller: Caller, asks: readonly CallAsk[]): Promise<readonly CallCount[]>;
  /** What is in force for a tenant, by root field: the defaults under what the tenant set, as far as it was seen 500 ms ago. */
  windowsOf(caller: Caller): Promise<ReadonlyMap<string, CallWindow>>;
  /** The defaults under a tenant's own limits, by root field's name in its order. */
  merge(own: readonly RateLimitRule[]): RateLimitRule[];
}

/** With the time of a look-up well within the second in which a new limit is to be in force everywhere. */
const KNOWN_MS = 500;
const MOST_TENANTS = 10_000;

const toWindow = ({ limit, windowSeconds }: RateLimitRule): CallWindow => ({ limit, windowMs: windowSeconds * 1000 });

/** Knows the limits in force; a tenant's own ones are looked up at most every 500 ms. */
export function createRateLimits({ transact, clock, counter, defaults, isOperation }: RateLimitOptions): RateLimits {
  const known = createExpiringCache<Promise<ReadonlyMap<string, CallWindow>>>(MOST_TENANTS, clock);

  const merge: RateLimits['merge'] = (own) =>
    [...new Map([...defaults, ...own].map((rule) => [rule.operation, rule])).values()].sort((a, b) =>
      a.operation < b.operation ? -1 : 1,
    );

  const look = async (caller: Caller) => {
    const scope = { role: 'rae_app', caller, cause: NO_CAUSE } as const;
    const own = await transact.once(scope, (tx) => findRateLimits(tx, caller.tenantId));
    return new Map(merge(own).map((rule) => [rule.operation, toWindow(rule)]));
  };

  return {
    isOperation,
    merge,
    take: ({ tenantId, actor }, asks) =>
      counter.take(asks.map((ask) => ({ ...ask, name: `${tenantId}/${actor}/${ask.name}` }))),
    windowsOf(caller) {
      const { tenantId } = caller;
      const kept = known.get(tenantId);
      if (kept) return kept;
      const looking = look(caller);
      known.set(tenantId, looking, KNOWN_MS);
      looking.catch(() => known.delete(tenantId));
      return looking;
    },
  };
}

/** How each limit stands for a credential; counts nothing. */
export async function readRateLimits(
  limits: RateLimits,
  caller: Caller,
  rules: readonly RateLimitRule[],
): Promise<RateLimit[]> {
  const looks = rules.map((rule) => ({ name: rule.operation, window: toWindow(rule), calls: 0 }));
  const counts = await limits.take(caller, looks);
  return counts.flatMap(({ used, freeAt }, at) => {
    const rule = rules[at];
    return rule ? [{ ...rule, remaining: Math.max(rule.limit - used, 0), resetsAt: freeAt }] : [];
  });
}
