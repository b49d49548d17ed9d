import type { Context } from '@rae/kernel';
import { findRateLimits } from './queries/find-rate-limits.ts';
import { type RateLimit, type RateLimits, readRateLimits } from './rate-limits.ts';

/** The limits in force for the caller's credential, and how they stand now. Looking is not counted. */
export async function listRateLimits(ctx: Context, limits: RateLimits): Promise<RateLimit[]> {
  const own = await ctx.readOnce((tx) => findRateLimits(tx, ctx.caller.tenantId));
  return readRateLimits(limits, ctx.caller, limits.merge(own));
}
