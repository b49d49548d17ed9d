import type { GovernanceContext } from '../../loaders.ts';
import { tenantStats as read } from '../../services/stats.ts';

export const tenantStats = (_: unknown, _args: unknown, ctx: GovernanceContext) => read(ctx, ctx.caller.tenantId);
