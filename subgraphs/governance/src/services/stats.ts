import type { Context } from '@rae/kernel';
import { NO_STATS, readSpendStats, readTenantStats, type SpendStats, type TenantStats } from '@rae/metering';

/** How a tenant stands. One that the caller has just made is another than its own, and has done nothing yet. */
export const tenantStats = (ctx: Context, tenantId: string): Promise<TenantStats> =>
  tenantId === ctx.caller.tenantId ? ctx.read(readTenantStats) : Promise.resolve({ tenantId, ...NO_STATS });

/** What a project of the caller's tenant spends. */
export const projectStats = async (
  ctx: Context,
  projectId: string,
): Promise<SpendStats & { readonly projectId: string }> => ({
  projectId,
  ...(await ctx.readOnce((tx) => readSpendStats(tx, projectId))),
});
