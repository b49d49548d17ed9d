import { listRateLimits } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const rateLimits = (_: unknown, _args: unknown, ctx: GovernanceContext) => listRateLimits(ctx, ctx.rateLimits);
