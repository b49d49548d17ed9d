import type { Project as ProjectRow } from '@rae/identity';
import type { GovernanceContext } from '../loaders.ts';

export const Project = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.projects.load(id),
  tenant: ({ tenantId }: ProjectRow, _args: unknown, ctx: GovernanceContext) => ctx.loaders.tenants.load(tenantId),
};
