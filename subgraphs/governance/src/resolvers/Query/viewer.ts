import type { GovernanceContext } from '../../loaders.ts';

export const viewer = (_: unknown, _args: unknown, ctx: GovernanceContext) => ctx.caller;
