import { type CreateTenantInput, createTenant as create } from '@rae/identity';
import type { GovernanceContext } from '../../loaders.ts';

export const createTenant = async (_: unknown, { input }: { input: CreateTenantInput }, ctx: GovernanceContext) => {
  const made = await create(ctx, input);
  // The caller sees no rows of the new tenant: what the payload may be asked for goes along with it.
  ctx.loaders.tenants.prime(made.tenant.id, made.tenant);
  return { ...made, tenant: { ...made.tenant, madeWith: made.project } };
};
