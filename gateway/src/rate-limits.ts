import { type CallAsk, type CallCount, type Caller, type CallWindow, PlatformError } from '@rae/kernel';
import { calledFields } from './access.ts';
import type { PreparedOperation } from './documents.ts';
import type { Allowance } from './rate-headers.ts';

/** Who knows the limits and counts: the same for every gateway of an installation. */
export interface RateLimits {
  /** What is in force for the caller's tenant, by root field. */
  windowsOf(caller: Caller): Promise<ReadonlyMap<string, CallWindow>>;
  /** Counts calls of one credential to root fields, of all of them or of none, in one atomic step. */
  take(caller: Caller, asks: readonly CallAsk[]): Promise<readonly CallCount[]>;
}

type Operation = Pick<PreparedOperation, 'document' | 'operation' | 'variables'>;

/** @throws PlatformError RATE_LIMITED with the allowance as its details */
export type LimitRate = (operation: Operation, caller: Caller) => Promise<Allowance | null>;

function refusal(allowance: Allowance, asked: number, windowMs: number): PlatformError {
  const { operation, limit, resetsAt } = allowance;
  const allowed = `at most ${limit} in ${windowMs / 1000} s with one key`;
  const never = asked > limit;
  const message = never
    ? `The request calls ${operation} ${asked} times; ${allowed} are allowed.`
    : `${operation} was called too often: ${allowed} are allowed; again from ${resetsAt.toISOString()} on.`;
  const details = { ...allowance, resetsAt: resetsAt.toISOString(), ...(never ? { retryable: false } : {}) };
  return new PlatformError('RATE_LIMITED', message, details);
}

function countByName(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

const tighter = (a: Allowance | null, b: Allowance): Allowance => (a && a.remaining <= b.remaining ? a : b);

const toAllowance = ({ name, window }: CallAsk, { used, freeAt }: CallCount): Allowance => ({
  operation: name,
  limit: window.limit,
  remaining: Math.max(window.limit - used, 0),
  resetsAt: freeAt,
});

/**
 * Lets an operation through while the caller's credential has calls left to each root field in it; one that is refused takes
 * none of any field.
 *
 * @param limits null: nothing is limited
 */
export function createLimitRate(limits: RateLimits | null): LimitRate {
  if (!limits) return async () => null;
  return async ({ document, operation, variables }, caller) => {
    const windows = await limits.windowsOf(caller);
    if (windows.size === 0) return null;
    const asks = [...countByName(calledFields(document, operation, variables))].flatMap(([name, calls]) => {
      const window = windows.get(name);
      return window ? [{ name, window, calls }] : [];
    });
    if (asks.length === 0) return null;
    const { takeThrough } = await import('./graphql-rate-limit.ts'); // its packages take 0.1 s to load, and most have no limits
    const counts = await takeThrough(() => limits.take(caller, asks));
    let tightest: Allowance | null = null;
    for (const [at, ask] of asks.entries()) {
      const count = counts[at];
      if (!count) throw new Error(`the calls of ${ask.name} were not counted`);
      const allowance = toAllowance(ask, count);
      if (!count.hasRoom) throw refusal(allowance, ask.calls, ask.window.windowMs);
      tightest = tighter(tightest, allowance);
    }
    return tightest;
  };
}
