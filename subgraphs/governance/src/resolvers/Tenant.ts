import { listProjects, type Page, type Project, pageOfOne, type Tenant as TenantRow } from '@rae/identity';
import type { GovernanceContext } from '../loaders.ts';
import { budgetsOfTenant } from '../services/paying-budgets.ts';
import { readSettings } from '../services/settings.ts';
import { tenantStats } from '../services/stats.ts';

/** madeWith: the first project of a tenant that was made just now by a caller of another one. */
interface Source extends TenantRow {
  readonly madeWith?: Project;
}

export const Tenant = {
  __resolveReference: ({ id }: { id: string }, ctx: GovernanceContext) => ctx.loaders.tenants.load(id),
  stats: ({ id }: Source, _args: unknown, ctx: GovernanceContext) => tenantStats(ctx, id),
  budgets: ({ id }: Source, page: Page, ctx: GovernanceContext) => budgetsOfTenant(ctx, id, page),
  settings: ({ id }: Source, _args: unknown, ctx: GovernanceContext) => readSettings(ctx, id),
  projects: ({ madeWith }: Source, page: Page, ctx: GovernanceContext) =>
    madeWith ? pageOfOne(ctx, madeWith, page) : listProjects(ctx, page),
};
