import type { GovernanceContext } from '../../loaders.ts';

export const tenant = (_: unknown, _args: unknown, ctx: GovernanceContext) =>
  ctx.loaders.tenants.load(ctx.caller.tenantId);
