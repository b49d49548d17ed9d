import { appendAudit } from '@rae/audit';
import { actAs } from '@rae/database';
import { recordEvent } from '@rae/events';
import type { Caller, Role, Transaction } from '@rae/kernel';
import { type MadeKey, makeKey, UNBOUND } from './make-key.ts';
import { makeProject } from './make-project.ts';
import type { Project } from './queries/find-projects.ts';
import type { Tenant } from './queries/find-tenants.ts';
import { insertTenant } from './queries/insert-tenant.ts';

export interface MadeTenant extends MadeKey {
  readonly tenant: Tenant;
  readonly project: Project;
}

const FIRST_PROJECT = 'default';
const FIRST_KEY = 'First key';

/** Tells of a new tenant in the log and the audit log of `tx.caller`'s tenant. */
export async function tellOfTenant(tx: Transaction, { id, name }: Tenant): Promise<void> {
  await recordEvent(tx, { type: 'tenant.created', projectId: null, subject: id, payload: { tenantId: id, name } });
  appendAudit(tx, { action: 'createTenant', subject: `tenant:${id}`, detail: { name } });
}

/**
 * Makes a tenant with its project `default` and its first key, in the new tenant's own log and audit log. Leaves the
 * transaction as the new tenant.
 *
 * @param caller who makes it, with the new tenant's id
 */
export async function makeTenant(
  tx: Transaction,
  caller: Caller,
  wanted: { name: string; roles: readonly Role[]; secret?: string | undefined },
): Promise<MadeTenant> {
  const own = await actAs(tx, caller);
  const tenant: Tenant = { id: caller.tenantId, name: wanted.name, createdAt: tx.now };
  await insertTenant(own, tenant);
  await tellOfTenant(own, tenant);
  const project = await makeProject(own, FIRST_PROJECT);
  const first = { ...UNBOUND, name: FIRST_KEY, roles: wanted.roles, expiresAt: null };
  return { tenant, project, ...(await makeKey(own, first, wanted.secret)) };
}
