import { actAs } from '@rae/database';
import { type Context, checkText, type Transaction, uuidv7 } from '@rae/kernel';
import { checkUnbound } from './binding.ts';
import { type MadeTenant, makeTenant, tellOfTenant } from './make-tenant.ts';
import { onceShown } from './once-shown.ts';

/** Names of tenants, projects and keys, in characters. */
export const MAX_NAME = 200;

export interface CreateTenantInput {
  readonly name: string;
  readonly idempotencyKey?: string | null;
}

/**
 * Makes a tenant, its project `default` and its first ADMIN key in one transaction. Both tenants, the new one and the
 * caller's, have it in their log and in their audit log.
 *
 * @throws FORBIDDEN for a bound key; CONFLICT for a repeat under the same idempotencyKey: the secret is shown once
 */
export function createTenant(ctx: Context, input: CreateTenantInput): Promise<MadeTenant> {
  checkUnbound(ctx.caller, 'createTenant');
  const name = checkText('input.name', input.name, MAX_NAME);
  const call = { field: 'createTenant', key: input.idempotencyKey, input: { name } };
  const make = async (tx: Transaction) => {
    const caller = { ...ctx.caller, tenantId: uuidv7(tx.now.getTime()) };
    const made = await makeTenant(tx, caller, { name, roles: ['ADMIN'] });
    await tellOfTenant(await actAs(tx, ctx.caller), made.tenant);
    return made;
  };
  return ctx.transact((tx) =>
    onceShown(
      tx,
      call,
      () => make(tx),
      ({ tenant }) => `tenant ${tenant.id}`,
    ),
  );
}
