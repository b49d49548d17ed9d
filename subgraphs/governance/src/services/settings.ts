import { checkUnbound } from '@rae/identity';
import type { Context } from '@rae/kernel';
import { DEFAULT_SETTINGS, getTenantSettings, setTenantSettings as set, type TenantSettings } from '@rae/metering';

/** What a tenant has decided. One that the caller has just made is another than its own, and has decided nothing yet. */
export const readSettings = (ctx: Context, tenantId: string = ctx.caller.tenantId): Promise<TenantSettings> =>
  tenantId === ctx.caller.tenantId ? ctx.readOnce(getTenantSettings) : Promise.resolve(DEFAULT_SETTINGS);

/**
 * Changes what is given; in force for the next call.
 *
 * @throws FORBIDDEN for a bound key
 */
export function setTenantSettings(ctx: Context, change: Partial<TenantSettings>): Promise<TenantSettings> {
  checkUnbound(ctx.caller, 'setTenantSettings');
  return ctx.transact((tx) => set(tx, change));
}
