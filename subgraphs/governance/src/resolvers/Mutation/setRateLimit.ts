import { type SetRateLimitInput, setRateLimit as set } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const setRateLimit = async (_: unknown, { input }: { input: SetRateLimitInput }, ctx: GovernanceContext) => ({
  rateLimits: await set(ctx, ctx.rateLimits, input),
});
