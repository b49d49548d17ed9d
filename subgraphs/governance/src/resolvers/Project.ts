import type { Project as ProjectRow } from '@rae/identity';
import type { GovernanceContext } from '../loaders.ts';
import { projectStats } from '../services/stats.ts';

export const Project = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.projects.load(id),
  stats: ({ id }: ProjectRow, _args: unknown, ctx: GovernanceContext) => projectStats(ctx, id),
  tenant: ({ tenantId }: ProjectRow, _args: unknown, ctx: GovernanceContext) => ctx.loaders.tenants.load(tenantId),
};
