import { appendAudit } from '@rae/audit';
import { badInput, type Context } from '@rae/kernel';
import { checkUnbound } from './binding.ts';
import { findRateLimits } from './queries/find-rate-limits.ts';
import { dropRateLimit, putRateLimit } from './queries/put-rate-limit.ts';
import { type RateLimit, type RateLimits, readRateLimits } from './rate-limits.ts';

export interface SetRateLimitInput {
  readonly operation: string;
  /** Null or left out: back to the installation's default. */
  readonly limit?: number | null;
  readonly windowSeconds: number;
}

const MAX_CALLS = 100_000;
const MAX_WINDOW_SECONDS = 86_400;

function checkCount(field: string, given: number, limit: number): void {
  if (given < 1 || given > limit) throw badInput(field, `must be 1 to ${limit}, not ${given}`, { limit, given });
}

/**
 * Sets how often each credential of the tenant may ask a root field. In force everywhere within a second; calls that were
 * counted before count on. Setting what is set already changes nothing but the audit log.
 *
 * @returns the limits as they stand for the caller's own credential
 * @throws FORBIDDEN for a bound key; BAD_USER_INPUT for a name that is no root field, no whole number of 1 to 100 000
 *   calls, or a window that is not 1 to 86 400 seconds
 */
export async function setRateLimit(ctx: Context, limits: RateLimits, input: SetRateLimitInput): Promise<RateLimit[]> {
  checkUnbound(ctx.caller, 'setRateLimit');
  const { operation, windowSeconds } = input;
  const limit = input.limit ?? null;
  if (!limits.isOperation(operation))
    throw badInput('input.operation', `must be the name of a root field, such as createMemory, not "${operation}"`);
  if (limit !== null) checkCount('input.limit', limit, MAX_CALLS);
  checkCount('input.windowSeconds', windowSeconds, MAX_WINDOW_SECONDS);
  const own = await ctx.transact(async (tx) => {
    if (limit === null) await dropRateLimit(tx, operation);
    else await putRateLimit(tx, { operation, limit, windowSeconds });
    const subject = `rateLimit:${operation}`;
    appendAudit(tx, { action: 'setRateLimit', subject, detail: { limit, windowSeconds } });
    return findRateLimits(tx, ctx.caller.tenantId);
  });
  return readRateLimits(limits, ctx.caller, limits.merge(own));
}
